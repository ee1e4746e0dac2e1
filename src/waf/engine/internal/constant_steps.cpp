#include "waf/engine/internal/constant_steps.hpp"

#include <algorithm>

#include "core/arena.hpp"
#include "waf/engine/internal/plan.hpp"

namespace yagura::waf::internal {
namespace {

// Sets a member of TX to a text that the rule set, or another member, says.
bool is_simple(const RuleAction& action) {
  if (action.kind == ActionKind::kCapture) return true;  // a flag of the rule
  const bool assigns = action.kind == ActionKind::kSetVar && action.collection == Variable::kTx &&
                       action.set_op == RuleAction::SetOp::kAssign && action.slot != kNone;
  if (!assigns) return false;
  if (action.value.is_literal()) return true;
  const auto& pieces = action.value.pieces;
  return pieces.size() == 1 && pieces[0].variable == Variable::kTx && pieces[0].slot != kNone;
}

// What a match does is the same each time, and nobody is told of it.
bool is_silent(const Rule& rule) {
  return rule.next_in_chain == kNone && rule.disruptive == Disruptive::kPass && !rule.log &&
         !rule.audit_log && !rule.shadow && rule.severity < 0 &&
         std::ranges::all_of(rule.actions, is_simple);
}

// Goes through the steps as the evaluator would.
class Rehearsal {
 public:
  Rehearsal(const RuleSet& rules, const PhasePlan& phase) : rules_(rules), phase_(phase) {
    tx_.begin(rules, arena_);
  }

  ConstantSteps run() && {
    const std::size_t count = phase_.steps.size();
    std::size_t step = 0;
    while (step < count && !is_constant(step)) ++step;
    found_.begin = step;
    while (step < count && is_constant(step)) step = take(step);
    found_.end = std::min(step, count);
    for (std::uint32_t slot = 0; slot < tx_.slot_count(); ++slot) {
      if (tx_.is_set(slot)) found_.sets.push_back({slot, std::string(tx_.text(slot))});
    }
    return std::move(found_);
  }

 private:
  const RuleSet& rules_;
  const PhasePlan& phase_;
  core::Arena arena_;
  TxStore tx_;
  ConstantSteps found_;

  [[nodiscard]] const NumberGuard* guard_of(std::size_t step) const {
    const std::uint32_t guard = phase_.steps[step].guard;
    return guard == kNone ? nullptr : &phase_.guards[guard];
  }

  bool is_constant(std::size_t step) {
    const Rule& rule = rules_.rules[phase_.steps[step].rule];
    if (const NumberGuard* guard = guard_of(step)) return !holds(*guard, tx_) || is_silent(rule);
    return rule.targets.empty() && is_silent(rule);
  }

  std::size_t take(std::size_t step) {
    const Rule& rule = rules_.rules[phase_.steps[step].rule];
    const NumberGuard* guard = guard_of(step);
    if (guard != nullptr) {
      if (!holds(*guard, tx_)) return step + 1;
      found_.last_guard = phase_.steps[step].guard;
      found_.last_rule = &rule;
      found_.last_text = std::string(text_of(*guard, tx_));
    }
    for (const RuleAction& action : rule.actions) set(action);
    return rule.skip_after != kNone ? rule.skip_after : step + 1 + rule.skip;
  }

  void set(const RuleAction& action) {
    if (action.kind != ActionKind::kSetVar) return;
    const MacroText& value = action.value;
    if (value.is_literal()) {
      tx_.set_text(action.slot, value.pieces.empty() ? std::string_view()
                                                     : std::string_view(value.pieces[0].literal));
    } else {
      tx_.set_text(action.slot, tx_.text(value.pieces[0].slot));
    }
  }
};

}  // namespace

ConstantSteps constant_steps(const RuleSet& rules, const PhasePlan& phase) {
  return Rehearsal(rules, phase).run();
}

}  // namespace yagura::waf::internal
