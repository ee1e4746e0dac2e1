#pragma once

// The steps at the beginning of a phase that do the same in every exchange: set-up rules that give
// members of TX their values and defaults (in the Core Rule Set about fifty of them). They are gone
// through once, when the plan is made; an exchange takes over what they leave behind.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "waf/compile/rule_set.hpp"

namespace yagura::waf::internal {

struct PhasePlan;

struct ConstantSteps {
  struct Set {
    std::uint32_t slot = 0;
    std::string text;
  };
  std::size_t begin = 0, end = 0;  // in PhasePlan::steps; as many as there are where none is alike
  std::vector<Set> sets;           // each slot once; nothing else in TX is set
  // Of the rule that matched last, MATCHED_VAR is left behind; kNone: none looked at a value.
  std::uint32_t last_guard = kNone;  // in PhasePlan::guards
  const Rule* last_rule = nullptr;
  std::string last_text;
};

// Where nothing in TX was set before. Linear in the number of steps.
[[nodiscard]] ConstantSteps constant_steps(const RuleSet& rules, const PhasePlan& phase);

}  // namespace yagura::waf::internal
