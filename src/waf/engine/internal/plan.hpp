#pragma once

// What the engine derives once from a rule set: the steps of each phase in a form that is walked
// without touching the rules that have no hit, and which chains of transformations each class of
// values needs.

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "waf/compile/rule_set.hpp"

namespace yagura::waf::internal {

struct Step {
  std::uint32_t rule = 0;
  std::uint32_t item =
      kNone;  // first-stage item that decides alone: without a hit the rule cannot match
};

struct PhasePlan {
  std::vector<Step> steps;
  std::array<ChainMask, 64> chains_of_class{};  // by bit number of ClassMask
  ClassMask classes = 0;                        // that some item looks at
  std::size_t items = 0;
};

struct Plan {
  std::array<PhasePlan, kPhaseCount> phases;
  std::vector<std::uint32_t>
      link_item;  // by rule: item that decides it (and links), kNone otherwise
};

[[nodiscard]] std::shared_ptr<const Plan> make_plan(const RuleSet& rules);

}  // namespace yagura::waf::internal
