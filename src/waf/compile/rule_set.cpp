#include "waf/compile/rule_set.hpp"

#include <algorithm>

#include "waf/seclang/ascii.hpp"

namespace yagura::waf {

ClassMask RuleSet::classes_of(Variable home, std::string_view name) const {
  const HomeClasses& of_home = classes[static_cast<std::size_t>(home)];
  ClassMask mask = of_home.all;
  for (const NamedClass& each : of_home.named) {
    if (each.name.size() == name.size() && seclang::same_name(each.name, name)) mask |= each.bits;
  }
  return mask;
}

ChainMask RuleSet::chains_of(const Rule& rule) const {
  constexpr std::size_t kMost = 64;  // bits
  const std::size_t count = std::min(kMost, transform_chains.size());
  if (!rule.multi_match) return rule.chain < count ? ChainMask{1} << rule.chain : 0;
  const auto whole = transform_chains[rule.chain].transforms();
  ChainMask chains = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto part = transform_chains[i].transforms();
    const bool begins =
        part.size() <= whole.size() && std::equal(part.begin(), part.end(), whole.begin());
    if (begins) chains |= ChainMask{1} << i;
  }
  return chains;
}

}  // namespace yagura::waf
