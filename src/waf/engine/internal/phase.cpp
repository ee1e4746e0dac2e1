// One phase: the rules in order, jumps, and the budget of time.

#include <bit>

#include "waf/engine/internal/actions.hpp"
#include "waf/engine/internal/evaluator.hpp"

namespace yagura::waf::internal {
namespace {

constexpr std::size_t kLogging = 5;

}  // namespace

// At first every step is to be looked at that has to be evaluated whatever the first stage says, or
// whose part it has not scanned yet.
void Evaluator::mark_hot_steps() {
  const PhasePlan& plan = state_.plan->phases[phase_ - 1];
  use_hits_ = state_.first_stage_phase == phase_;
  if (!use_hits_) {
    state_.hot.assign(plan.always.size(), ~std::uint64_t{0});
    return;
  }
  state_.hot = plan.always;
  for (const auto& bits : plan.of_part) {
    for (std::size_t i = 0; i < bits.size(); ++i) state_.hot[i] |= bits[i];
  }
}

bool Evaluator::needs_scan(std::size_t step) const {
  if (!use_hits_) return false;
  const PhasePlan& plan = state_.plan->phases[phase_ - 1];
  const std::uint8_t part = plan.part_of_step[step];
  if (((state_.scanned >> part) & 1U) != 0) return false;
  return ((plan.of_part[part][step / 64] >> (step % 64)) & 1U) != 0;
}

// The walk has come to a part that nobody has scanned: afterwards only its hits are left to look
// at.
void Evaluator::scan_for(std::size_t step) {
  check_clock();
  if (state_.gave_up) return;
  const PhasePlan& plan = state_.plan->phases[phase_ - 1];
  const std::uint8_t part = plan.part_of_step[step];
  const std::size_t known = state_.touched_items.size();
  if (!internal::scan_part(state_, part)) {
    mark_hot_steps();
    return;
  }
  const auto& bits = plan.of_part[part];
  for (std::size_t i = 0; i < bits.size(); ++i) state_.hot[i] &= ~bits[i] | plan.always[i];
  for (std::size_t i = known; i < state_.touched_items.size(); ++i) {
    const std::uint32_t hit = plan.step_of_item[state_.touched_items[i]];
    if (hit != kNone) state_.hot[hit / 64] |= std::uint64_t{1} << (hit % 64);
  }
}

std::size_t Evaluator::next_hot(std::size_t step) const {
  std::size_t word = step / 64;
  if (word >= state_.hot.size()) return step;
  std::uint64_t bits = state_.hot[word] & (~std::uint64_t{0} << (step % 64));
  while (bits == 0) {
    if (++word == state_.hot.size()) return word * 64;
    bits = state_.hot[word];
  }
  return word * 64 + static_cast<std::size_t>(std::countr_zero(bits));
}

void Evaluator::run() {
  mark_hot_steps();
  const std::size_t count = state_.plan->phases[phase_ - 1].steps.size();
  const std::size_t constant = state_.plan->phases[phase_ - 1].constant.begin;
  for (std::size_t step = next_hot(0); step < count; step = next_hot(step)) {
    if (step == constant) {
      const std::size_t behind = skip_constant_steps(step);
      if (behind != step) {
        step = behind;
        continue;
      }
    }
    if (needs_scan(step)) {
      scan_for(step);
    } else {
      step = run_step(step);
    }
    if (stopped()) return;
  }
}

std::size_t Evaluator::run_step(std::size_t step) {
  const PhasePlan& plan = state_.plan->phases[phase_ - 1];
  const Step& planned = plan.steps[step];
  const std::uint32_t index = planned.rule;
  if (!state_.removed_rules.empty() && state_.removed_rules[index]) return step + 1;
  const Rule& head = state_.rules->rules[index];
  if (planned.guard != kNone) {
    const NumberGuard& guard = plan.guards[planned.guard];
    if (!holds(guard, state_.tx)) return step + 1;
    if (guard.only_jumps && state_.removed_targets.empty()) return jump(step, head, guard);
  }
  head_ = state_.current = &head;
  detections_of_rule_ = 0;
  exclusions_.clear();
  for (const RemovedTarget& removed : state_.removed_targets) {
    if (removes_target(*removed.action, head)) exclusions_.push_back(removed.action);
  }
  if (head.shadow) state_.tx.begin_trial();
  const bool matched = match_chain(index);
  if (head.shadow) state_.tx.undo_trial();
  if (!matched || head.shadow) return step + 1;
  decide();
  return after(step, head);
}

std::size_t Evaluator::jump(std::size_t step, const Rule& rule, const NumberGuard& guard) {
  leave_match(rule, guard, text_of(guard, state_.tx));
  return after(step, rule);
}

// What matched() leaves behind of a rule that does nothing else.
void Evaluator::leave_match(const Rule& rule, const NumberGuard& guard, std::string_view text) {
  state_.last_match = {.variable = Variable::kTx,
                       .name = guard.counts ? std::string_view(rule.targets.front().selector.name)
                                            : state_.tx.name(guard.slot),
                       .original = text,
                       .text = text,
                       .matched = text,
                       .counted = guard.counts};
  state_.has_last_match = true;
}

// Takes over what the steps that are always alike leave behind; returns the step behind them. Where
// rules before them have set or removed something, they are gone through one by one.
std::size_t Evaluator::skip_constant_steps(std::size_t step) {
  const PhasePlan& plan = state_.plan->phases[phase_ - 1];
  const ConstantSteps& constant = plan.constant;
  const bool applies =
      !state_.tx.is_touched() && state_.removed_rules.empty() && state_.removed_targets.empty();
  if (!applies || constant.begin == constant.end) return step;
  for (const ConstantSteps::Set& set : constant.sets) state_.tx.set_text(set.slot, set.text);
  if (constant.last_guard != kNone) {
    leave_match(*constant.last_rule, plan.guards[constant.last_guard], constant.last_text);
  }
  return constant.end;
}

std::size_t Evaluator::after(std::size_t step, const Rule& rule) {
  return rule.skip_after != kNone ? rule.skip_after : step + 1 + rule.skip;
}

void Evaluator::check_clock() {
  if (!state_.work_time.is_over()) return;
  state_.count(&EngineCounters::time_budget_exceeded);
  state_.give_up();
}

void run_phase(State& state, std::size_t phase) {
  const auto bit = static_cast<std::uint8_t>(1U << phase);
  if ((state.phases_done & bit) != 0) return;
  state.phases_done |= bit;
  if (state.allowed == AllowScope::kPhase) state.allowed = AllowScope::kNone;
  if (state.allowed == AllowScope::kRequest && phase > 2) state.allowed = AllowScope::kNone;
  if (state.gave_up || state.mode == EngineMode::kOff) return;
  const bool decided = state.allowed != AllowScope::kNone || state.verdict.interrupts();
  if (decided && phase != kLogging) return;
  start_first_stage(state, phase);
  Evaluator(state, phase).run();
}

}  // namespace yagura::waf::internal
