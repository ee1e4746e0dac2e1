#include "waf/compile/rule_set.hpp"

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

}  // namespace yagura::waf
