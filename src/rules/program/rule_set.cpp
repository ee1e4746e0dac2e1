#include "rules/program/rule_set.hpp"

#include <utility>

namespace yagura::rules {

std::uint32_t RuleSet::add_group(std::vector<RuleEntry> group) {
  groups_.push_back(std::move(group));
  return static_cast<std::uint32_t>(groups_.size() - 1);
}

void RuleSet::set_rules_for(Source source, EventType type, std::uint32_t group) {
  auto& of_source = entries_[static_cast<std::size_t>(source)];
  if (of_source.size() <= type) of_source.resize(static_cast<std::size_t>(type) + 1, 0);
  of_source[type] = group;
}

std::vector<EventType> RuleSet::needed_types(Source source) const {
  std::vector<EventType> types;
  const auto& of_source = entries_[static_cast<std::size_t>(source)];
  for (std::size_t type = 0; type < of_source.size(); ++type) {
    if (!groups_[of_source[type]].empty()) types.push_back(static_cast<EventType>(type));
  }
  return types;
}

}  // namespace yagura::rules
