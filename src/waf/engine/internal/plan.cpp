#include "waf/engine/internal/plan.hpp"

#include <algorithm>
#include <bit>
#include <string>

namespace yagura::waf::internal {

namespace {

// Targets that the first stage does not cover must be looked at whatever it says.
bool decided_by_item(const Rule& rule) {
  return rule.prefilter_item != kNone && !rule.negated &&
         std::ranges::all_of(rule.targets,
                             [](const RuleTarget& target) { return target.class_bit != 0; });
}

void add_item(PhasePlan& plan, const Rule& rule) {
  ++plan.items;
  for (const RuleTarget& target : rule.targets) {
    ClassMask bits = target.class_bit;
    plan.classes |= bits;
    for (; bits != 0; bits &= bits - 1) {
      plan.chains_of_class[std::countr_zero(bits)] |= ChainMask{1} << rule.chain;
    }
  }
}

}  // namespace

std::shared_ptr<const Plan> make_plan(const RuleSet& rules) {
  auto plan = std::make_shared<Plan>();
  plan->link_item.assign(rules.rules.size(), kNone);
  for (std::size_t i = 0; i < rules.rules.size(); ++i) {
    if (decided_by_item(rules.rules[i])) plan->link_item[i] = rules.rules[i].prefilter_item;
  }
  for (std::size_t p = 0; p < kPhaseCount; ++p) {
    PhasePlan& phase = plan->phases[p];
    const bool scans = rules.phases[p].prefilter.has_value();
    for (const std::uint32_t index : rules.phases[p].steps) {
      phase.steps.push_back({.rule = index, .item = scans ? plan->link_item[index] : kNone});
    }
    if (!scans) continue;
    for (const std::uint32_t index : rules.phases[p].item_rule) add_item(phase, rules.rules[index]);
  }
  return plan;
}

}  // namespace yagura::waf::internal
