// One link of a chain: its targets, one after the other, each value transformed and given to the
// operator. Where the first stage has answered, the operator sees only the forms that it hit.

#include <algorithm>

#include "waf/engine/internal/evaluator.hpp"

namespace yagura::waf::internal {
namespace {

// A look at the clock costs as much as a short evaluation.
constexpr std::uint32_t kEvaluationsPerClock = 64;

bool covers(const RuleTarget& target, const ValueRef& ref) {
  if (target.variable == Variable::kXml || ref.home == Variable::kXml) {
    return target.variable == ref.home && (target.selector.kind == Selector::Kind::kAll ||
                                           target.selector.name == (ref.is_name ? "//@*" : "/*"));
  }
  const View view = view_of(target.variable);
  if (view.names != ref.is_name) return false;
  for (std::uint8_t i = 0; i < view.count; ++i) {
    if (view.homes[i] == ref.home) return true;
  }
  return false;
}

Member member_of(State& state, const RuleTarget& target, const ValueRef& ref) {
  if (ref.home == Variable::kXml) {
    const auto& texts = ref.is_name ? state.parsed.xml_attributes : state.parsed.xml_text;
    return {.variable = Variable::kXml,
            .name = ref.is_name ? "//@*" : "/*",
            .text = texts[ref.index],
            .in_body = true};
  }
  if (!is_collection(ref.home)) {
    return {.variable = ref.home,
            .text = single_value(state, ref.home),
            .in_body = ref.home == Variable::kRequestBody};
  }
  const Value& value = state.values.of(ref.home)[ref.index];
  return {.variable = target.variable,
          .name = value.name,
          .text = ref.is_name ? value.name : value.text,
          .offset = ref.is_name ? kNoOffset : value.offset,
          .in_body = value.in_body};
}

}  // namespace

bool Evaluator::match_chain(std::uint32_t index) {
  state_.matched_vars.clear();
  state_.chain_matches.clear();
  chain_has_match_ = false;
  link_ = 0;
  for (std::uint32_t link = index; link != kNone; link = state_.rules->rules[link].next_in_chain) {
    if (!match_link(link)) return false;
    ++link_;
    if (state_.gave_up) return false;
  }
  if (head_->next_in_chain != kNone) {
    detect(chain_has_match_ ? &chain_match_ : nullptr);
  }
  return true;
}

bool Evaluator::match_link(std::uint32_t index) {
  const Rule& rule = state_.rules->rules[index];
  const bool use_hits = use_hits_ && rule.prefilter_item != kNone;
  if (use_hits && state_.plan->link_item[index] != kNone && !has_hits(rule.prefilter_item)) {
    return false;
  }
  matches_ = 0;
  if (rule.targets.empty()) {  // SecAction
    run_actions(rule, true);
    if (&rule == head_ && rule.next_in_chain == kNone) detect(nullptr);
    return true;
  }
  argument_ = rule.op_macro ? expand(state_, *rule.op_macro) : std::string_view();
  for (const RuleTarget& target : rule.targets) {
    if (use_hits && target.class_bit != 0) {
      match_hits(rule, target);
    } else if (target.count) {
      match_count(rule, target);
    } else {
      match_directly(rule, target);
    }
    if (state_.gave_up) return false;
  }
  return matches_ > 0;
}

void Evaluator::match_hits(const Rule& rule, const RuleTarget& target) {
  const ItemHits range = state_.item_hits[rule.prefilter_item];
  for (std::uint32_t i = range.begin; i < range.end && !state_.gave_up; ++i) {
    const Form& form = state_.forms[state_.hits[i].form];
    if (!covers(target, form.value)) continue;
    const Member member = member_of(state_, target, form.value);
    const bool selected = target.variable == Variable::kXml || !is_collection(target.variable) ||
                          selects(target.selector, member.name);
    if (!selected || excluded(target, member.name)) continue;
    if (!exclusions_.empty() && removed(target, member.name)) continue;
    if (!rule.multi_match) {
      ask(rule, member, form.bytes, true);
      continue;
    }
    // Whichever step was hit: the operator sees all of them, in order, once.
    match_each_step(rule, member);
    while (i + 1 < range.end && state_.forms[state_.hits[i + 1].form].value == form.value) ++i;
  }
}

void Evaluator::match_count(const Rule& rule, const RuleTarget& target) {
  std::int64_t count = 0;
  each_member(state_, target, &rule, [&](const Member& member) {
    if (exclusions_.empty() || !removed(target, member.name)) ++count;
    return true;
  });
  match_member(rule, {.variable = target.variable,
                      .name = target.selector.name,
                      .text = state_.keep_number(count),
                      .counted = true});
}

void Evaluator::match_directly(const Rule& rule, const RuleTarget& target) {
  each_member(state_, target, &rule, [&](const Member& member) {
    if (!exclusions_.empty() && removed(target, member.name)) return true;
    match_member(rule, member);
    return !state_.gave_up;
  });
}

void Evaluator::match_member(const Rule& rule, const Member& member) {
  if (rule.multi_match) {
    match_each_step(rule, member);
    return;
  }
  const TransformChain& chain = state_.rules->transform_chains[rule.chain];
  const std::string_view form =
      chain.empty() ? member.text
                    : chain.apply(member.text, state_.buffers, state_.rules->unicode_map.get());
  ask(rule, member, form, form.data() == member.text.data());
}

// multiMatch: the value as it is, then after each transformation that changes it.
void Evaluator::match_each_step(const Rule& rule, const Member& member) {
  std::string_view form = member.text;
  ask(rule, member, form, true);
  std::string out;
  for (const Transform transform : state_.rules->transform_chains[rule.chain].transforms()) {
    const std::string_view next = apply(transform, form, out, state_.rules->unicode_map.get());
    if (next == form) continue;
    form = state_.keep(next);
    ask(rule, member, form, true);
    if (state_.gave_up) return;
  }
}

bool Evaluator::removed(const RuleTarget& target, std::string_view name) const {
  return std::ranges::any_of(exclusions_, [&](const RuleAction* action) {
    return action->target.variable == target.variable && selects(action->target.selector, name);
  });
}

void Evaluator::ask(const Rule& rule, const Member& member, std::string_view form,
                    bool form_is_kept) {
  if (++evaluations_ % kEvaluationsPerClock == 0) check_clock();
  captures_.count = 0;
  OperatorContext context;
  context.argument = argument_;
  context.captures = rule.capture && !rule.negated ? &captures_ : nullptr;
  context.host = this;
  context.match_limit = state_.rules->options.pattern_match_limit;
  replaced_ = {};
  const OperatorResult result = rule.op->evaluate(form, context);
  if (result == OperatorResult::kNotEvaluated) {
    state_.count_not_evaluated(rule.op_name.starts_with("rx"));
  } else if ((result == OperatorResult::kMatch) != rule.negated) {
    matched(rule, member, form, form_is_kept, context.matched);
  }
}

}  // namespace yagura::waf::internal
