#pragma once

// What a rule set is for: ATT&CK's tactics and techniques, other tags, types of events; and what
// another set has more or less of.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "rules/program/rule_set.hpp"

namespace yagura::rules {

// Rules by what they cover, in order of definition. They live in the set.
using RulesBy = std::map<std::string, std::vector<const CompiledRule*>>;

struct Coverage {
  RulesBy tactics;      // the tags mitre_persistence, TA0003
  RulesBy techniques;   // the tags T1543, T1222.002
  RulesBy tags;         // the others
  RulesBy event_types;  // "all": rules that every type can fire; k8s_audit: rules of that source
  std::vector<const CompiledRule*> without_attack_tags;
  std::size_t rules = 0;
  std::size_t enabled = 0;
};

[[nodiscard]] Coverage coverage_of(const RuleSet& set);

[[nodiscard]] std::size_t enabled_count(const std::vector<const CompiledRule*>& rules);

// Something for which the sets have different numbers of enabled rules.
struct CoverageChange {
  std::string name;
  std::size_t before = 0;
  std::size_t after = 0;
};

// By name.
[[nodiscard]] std::vector<CoverageChange> changes_of(const RulesBy& before, const RulesBy& after);

struct RuleChange {
  enum class Kind : std::uint8_t { kRemoved, kAdded, kDisabled, kEnabled };

  std::string name;
  Kind kind = Kind::kAdded;
};

// "removed", "added", "disabled", "enabled".
[[nodiscard]] std::string_view to_string(RuleChange::Kind kind);

// By name. Rules are the same where their names are.
[[nodiscard]] std::vector<RuleChange> changes_of(const RuleSet& before, const RuleSet& after);

}  // namespace yagura::rules
