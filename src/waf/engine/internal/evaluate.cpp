// One phase: the rules in order. A rule that the first stage decides and did not hit costs a look
// at one entry; the others are put to their operator, value by value.

#include <algorithm>

#include "waf/engine/internal/actions.hpp"
#include "waf/engine/internal/state.hpp"

namespace yagura::waf::internal {

namespace {

constexpr std::size_t kMaxDetections = 1'000;  // of one transaction; the rest is counted
constexpr std::size_t kMaxDetectionsOfRule = 32;
constexpr std::uint32_t kEvaluationsPerClock =
    64;  // a look at the clock costs as much as a short evaluation

bool interrupts(Disruptive action) {
  return action == Disruptive::kDeny || action == Disruptive::kDrop ||
         action == Disruptive::kRedirect || action == Disruptive::kProxy ||
         action == Disruptive::kBlock;
}

class Evaluator final : public OperatorHost {
 public:
  Evaluator(State& state, std::size_t phase) : state_(state), phase_(phase) {}

  void run();

  void set_geo(std::string_view name, std::string_view value) override {
    state_.geo.emplace_back(state_.keep(name), state_.keep(value));
  }
  void replace_value(std::string text) override { replaced_ = state_.keep(text); }
  void* xml_document() override {
    return state_.request_reader == nullptr ? nullptr : state_.request_reader->xml_document();
  }

 private:
  [[nodiscard]] bool stopped() const {
    return state_.gave_up || state_.mode == EngineMode::kOff ||
           (phase_ != 5 && state_.verdict.interrupts()) ||
           (phase_ != 5 && state_.allowed != AllowScope::kNone);
  }
  [[nodiscard]] bool has_hits(std::uint32_t item) const {
    return state_.item_hits[item].end != state_.item_hits[item].begin;
  }
  void evaluate(std::uint32_t index);
  bool match_link(std::uint32_t index);
  void match_hits(const Rule& rule, const RuleTarget& target);
  void match_directly(const Rule& rule, const RuleTarget& target);
  void match_member(const Rule& rule, const RuleTarget& target, const Member& member);
  bool ask(const Rule& rule, const Member& member, std::string_view text, bool counted);
  void matched(const Rule& rule, const Member& member, std::string_view text, bool counted,
               OperatorContext& context, const Captures& captures);
  void store_captures(const Captures& captures);
  [[nodiscard]] bool removed(const RuleTarget& target, const Member& member) const;
  void run_immediate(const Rule& rule);
  void run_deferred(const Rule& head);
  void detect(const Rule& head, const Match* match);
  void decide(const Rule& head);
  void count_not_evaluated(const Rule& rule);
  void check_clock();

  State& state_;
  const std::size_t phase_;
  const Rule* head_ = nullptr;
  std::string_view argument_;                  // of the link at work, expanded
  std::vector<const RuleAction*> exclusions_;  // ctl:ruleRemoveTarget… that name the head
  std::vector<Member> members_;
  std::string_view replaced_;
  std::uint32_t evaluations_ = 0;
  std::size_t detections_of_rule_ = 0;
  std::uint32_t matches_ = 0;  // of the link at work
};

void Evaluator::run() {
  const std::vector<Step>& steps = state_.plan->phases[phase_ - 1].steps;
  const bool use_hits = state_.first_stage_phase == phase_;
  std::uint32_t skip = 0;
  for (std::uint32_t i = 0; i < steps.size();) {
    const Step& step = steps[i++];
    if (skip > 0) {
      --skip;
      continue;
    }
    if (use_hits && step.item != kNone && !has_hits(step.item)) continue;
    if (!state_.removed_rules.empty() && state_.removed_rules[step.rule]) continue;
    const Rule& head = state_.rules->rules[step.rule];
    head_ = nullptr;
    evaluate(step.rule);
    if (stopped()) return;
    if (head_ == nullptr || head.shadow) continue;  // no match
    skip = head.skip;
    if (head.skip_after != kNone) i = head.skip_after;
  }
}

// Leaves head_ set where the whole chain matched.
void Evaluator::evaluate(std::uint32_t index) {
  const Rule& head = state_.rules->rules[index];
  state_.current = &head;
  detections_of_rule_ = 0;
  exclusions_.clear();
  for (const RemovedTarget& removed : state_.removed_targets) {
    if (removes_target(*removed.action, head)) exclusions_.push_back(removed.action);
  }
  for (std::uint32_t link = index; link != kNone; link = state_.rules->rules[link].next_in_chain) {
    if (!match_link(link) || state_.gave_up) return;
  }
  head_ = &head;
  run_deferred(head);
  if (head.next_in_chain != kNone)
    detect(head, state_.matched_vars.empty() ? nullptr : &state_.matched_vars.back());
  decide(head);
}

bool Evaluator::match_link(std::uint32_t index) {
  const Rule& rule = state_.rules->rules[index];
  const bool use_hits = state_.first_stage_phase == phase_ && rule.prefilter_item != kNone;
  if (use_hits && state_.plan->link_item[index] != kNone && !has_hits(rule.prefilter_item))
    return false;
  matches_ = 0;
  argument_ = rule.op_macro ? expand(state_, *rule.op_macro) : std::string_view{};
  if (rule.targets.empty()) {
    state_.matched_vars.clear();
    ++matches_;
    run_immediate(rule);
    if (rule.chain_head == index && rule.next_in_chain == kNone) detect(rule, nullptr);
    return true;
  }
  for (const RuleTarget& target : rule.targets) {
    if (use_hits && target.class_bit != 0) {
      match_hits(rule, target);
    } else {
      match_directly(rule, target);
    }
    if (stopped()) break;
  }
  return matches_ > 0;
}

bool covers(const RuleTarget& target, const ValueRef& ref) {
  if (target.variable == Variable::kXml || ref.home == Variable::kXml) {
    return target.variable == ref.home && (target.selector.kind == Selector::Kind::kAll ||
                                           target.selector.name == (ref.is_name ? "//@*" : "/*"));
  }
  const View view = view_of(target.variable);
  return view.names == ref.is_name && std::ranges::find(view.homes, ref.home) != view.homes.end();
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
            .name = {},
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

void Evaluator::match_hits(const Rule& rule, const RuleTarget& target) {
  const ItemHits range = state_.item_hits[rule.prefilter_item];
  for (std::uint32_t i = range.begin; i < range.end; ++i) {
    const Form& form = state_.forms[state_.hits[i].form];
    if (!covers(target, form.value)) continue;
    const Member member = member_of(state_, target, form.value);
    const bool selected = target.variable == Variable::kXml || !is_collection(target.variable) ||
                          selects(target.selector, target.variable, member.name);
    if (!selected || excluded(target, target.variable, member.name) || removed(target, member))
      continue;
    ask(rule, member, form.bytes, false);
    if (stopped()) return;
  }
}

void Evaluator::match_directly(const Rule& rule, const RuleTarget& target) {
  members_.clear();
  collect_members(state_, target, members_);
  if (!exclusions_.empty())
    std::erase_if(members_, [&](const Member& member) { return removed(target, member); });
  if (target.count) {
    Member member{.variable = target.variable, .name = target.selector.name, .text = {}};
    member.text = state_.keep_number(static_cast<std::int64_t>(members_.size()));
    match_member(rule, target, member);
    return;
  }
  // By index: what a match runs (setvar, a macro) may not touch members_, but the copy of one
  // member costs nothing.
  for (std::size_t i = 0; i < members_.size(); ++i) {
    const Member member = members_[i];
    match_member(rule, target, member);
    if (stopped()) return;
  }
}

void Evaluator::match_member(const Rule& rule, const RuleTarget& target, const Member& member) {
  const TransformChain& chain = state_.rules->transform_chains[rule.chain];
  if (!rule.multi_match) {
    ask(rule, member, chain.empty() ? member.text : chain.apply(member.text, state_.buffers),
        target.count);
    return;
  }
  // multiMatch: the value as it is, then after each transformation that changes it.
  std::string_view text = member.text;
  ask(rule, member, text, target.count);
  std::string out;
  for (const Transform transform : chain.transforms()) {
    const std::string_view next = apply(transform, text, out);
    if (next == text) continue;
    text = state_.keep(next);
    ask(rule, member, text, target.count);
    if (stopped()) return;
  }
}

bool Evaluator::removed(const RuleTarget& target, const Member& member) const {
  return std::ranges::any_of(exclusions_, [&](const RuleAction* action) {
    return action->target.variable == target.variable &&
           selects(action->target.selector, target.variable, member.name);
  });
}

bool Evaluator::ask(const Rule& rule, const Member& member, std::string_view text, bool counted) {
  if (++evaluations_ % kEvaluationsPerClock == 0) check_clock();
  Captures captures;
  OperatorContext context;
  context.argument = argument_;
  context.captures = rule.capture ? &captures : nullptr;
  context.host = this;
  context.match_limit = state_.rules->options.pattern_match_limit;
  replaced_ = {};
  const OperatorResult result = rule.op->evaluate(text, context);
  if (result == OperatorResult::kNotEvaluated) {
    count_not_evaluated(rule);
    return false;
  }
  if ((result == OperatorResult::kMatch) == rule.negated) return false;
  matched(rule, member, text, counted, context, captures);
  return true;
}

// Moves a view of `from` to the same place in `to`; others (static texts, the operator's own) are
// copied.
std::string_view moved(State& state, std::string_view view, std::string_view from,
                       std::string_view to) {
  if (view.empty()) return {};
  const bool inside =
      view.data() >= from.data() && view.data() + view.size() <= from.data() + from.size();
  return inside ? to.substr(static_cast<std::size_t>(view.data() - from.data()), view.size())
                : state.keep(view);
}

void Evaluator::matched(const Rule& rule, const Member& member, std::string_view text, bool counted,
                        OperatorContext& context, const Captures& captures) {
  // The text may lie in a buffer that the next value overwrites.
  const bool in_buffer = text.data() != member.text.data();
  const std::string_view kept = replaced_.data() != nullptr ? replaced_
                                : in_buffer                 ? state_.keep(text)
                                                            : text;
  if (matches_++ == 0) state_.matched_vars.clear();
  state_.matched_vars.push_back({.variable = member.variable,
                                 .name = member.name,
                                 .original = member.text,
                                 .text = kept,
                                 .matched = moved(state_, context.matched, text, kept),
                                 .offset = member.offset,
                                 .in_body = member.in_body,
                                 .counted = counted});
  if (rule.capture && !rule.negated) {
    Captures here;
    for (std::size_t i = 0; i < captures.count; ++i)
      here.add(moved(state_, captures.group[i], text, kept));
    store_captures(here);
  }
  run_immediate(rule);
  if (rule.next_in_chain == kNone && rule.chain_head != kNone &&
      &state_.rules->rules[rule.chain_head] == &rule) {
    detect(rule, &state_.matched_vars.back());
  }
}

// The groups of an earlier rule must not be taken for this one's.
void Evaluator::store_captures(const Captures& captures) {
  for (std::size_t i = 0; i < captures.group.size(); ++i) {
    const auto slot = static_cast<std::uint32_t>(i);  // slots 0 to 9 are TX:0 to TX:9
    if (i < captures.count) {
      state_.tx.set(slot, captures.group[i]);
    } else {
      state_.tx.unset(slot);
    }
  }
}

// setvar runs for each value that matches, whether the rest of the chain does or not; a shadow rule
// sets nothing.
void Evaluator::run_immediate(const Rule& rule) {
  const Rule& head = rule.chain_head == kNone ? rule : state_.rules->rules[rule.chain_head];
  if (head.shadow) return;
  for (const RuleAction& action : rule.actions) {
    if (action.kind == ActionKind::kSetVar) run_action(state_, rule, action);
  }
}

void Evaluator::run_deferred(const Rule& head) {
  if (head.shadow) return;
  for (const Rule* rule = &head; rule != nullptr;
       rule = rule->next_in_chain == kNone ? nullptr : &state_.rules->rules[rule->next_in_chain]) {
    for (const RuleAction& action : rule->actions) {
      if (action.kind != ActionKind::kSetVar) run_action(state_, *rule, action);
    }
  }
}

std::string cut(std::string_view text) { return std::string(text.substr(0, Detection::kMaxValue)); }

void Evaluator::detect(const Rule& head, const Match* match) {
  if (head.severity >= 0 && !head.shadow)
    state_.highest_severity = std::min(state_.highest_severity, head.severity);
  if (!head.log && !head.audit_log && !interrupts(head.disruptive)) return;
  if (detections_of_rule_++ >= kMaxDetectionsOfRule || state_.detections.size() >= kMaxDetections) {
    ++state_.detections_dropped;
    return;
  }
  state_.current = &head;
  Detection detection;
  detection.rule = &head;
  detection.phase = static_cast<std::uint8_t>(phase_);
  if (match != nullptr) {
    detection.variable = match->variable;
    detection.address = (match->counted ? "&" : "") + address_text(match->variable, match->name);
    detection.body_offset = match->offset;
    detection.in_body = match->in_body;
    detection.value = cut(match->original);
    detection.matched = cut(match->matched);
  }
  detection.message = expand(state_, head.message);
  detection.log_data = expand(state_, head.log_data);
  for (const MacroText& tag : head.tags) detection.tags.emplace_back(expand(state_, tag));
  detection.logged = head.log;
  detection.audited = head.audit_log;
  detection.shadow = head.shadow;
  detection.would_disrupt = interrupts(head.disruptive) && !head.shadow;
  state_.detections.push_back(std::move(detection));
}

VerdictAction verdict_of(Disruptive action) {
  if (action == Disruptive::kDrop) return VerdictAction::kDrop;
  return action == Disruptive::kRedirect ? VerdictAction::kRedirect : VerdictAction::kDeny;
}

void Evaluator::decide(const Rule& head) {
  if (head.shadow || state_.mode != EngineMode::kOn || phase_ == 5) return;
  switch (head.disruptive) {
    case Disruptive::kAllow:
      state_.allowed = AllowScope::kAll;
      return;
    case Disruptive::kAllowPhase:
      state_.allowed = AllowScope::kPhase;
      return;
    case Disruptive::kAllowRequest:
      state_.allowed = AllowScope::kRequest;
      return;
    case Disruptive::kPass:
      return;
    default:
      break;
  }
  state_.verdict = {.action = verdict_of(head.disruptive),
                    .status = head.status,
                    .redirect_url = {},
                    .rule = &head};
  if (head.disruptive == Disruptive::kRedirect) {
    state_.verdict.redirect_url = state_.keep(expand(state_, head.redirect));
    const bool is_redirection = head.status >= 300 && head.status < 400;
    if (!is_redirection) state_.verdict.status = 302;
  }
  for (auto detection = state_.detections.rbegin(); detection != state_.detections.rend();
       ++detection) {
    if (detection->rule != &head) break;
    detection->disrupted = true;
  }
}

void Evaluator::count_not_evaluated(const Rule& rule) {
  ++state_.not_evaluated;
  state_.count(&EngineCounters::rules_not_evaluated);
  if (rule.op_name.starts_with("rx")) {
    state_.set_single(Variable::kMscPcreLimitsExceeded, "1");
    if (!state_.options.fail_open) state_.give_up();
  }
}

void Evaluator::check_clock() {
  if (state_.options.time_budget.count() == 0 || std::chrono::steady_clock::now() < state_.deadline)
    return;
  state_.count(&EngineCounters::time_budget_exceeded);
  state_.give_up();
}

}  // namespace

void run_phase(State& state, std::size_t phase) {
  const auto bit = static_cast<std::uint8_t>(1U << phase);
  if ((state.phases_done & bit) != 0) return;
  state.phases_done |= bit;
  if (state.allowed == AllowScope::kPhase) state.allowed = AllowScope::kNone;
  if (state.allowed == AllowScope::kRequest && phase > 2) state.allowed = AllowScope::kNone;
  const bool allowed = state.allowed != AllowScope::kNone && phase != 5;
  const bool decided = state.verdict.interrupts() && phase != 5;
  if (state.gave_up || state.mode == EngineMode::kOff || allowed || decided) return;
  // What inspection has left: waiting for a slow client spends nothing.
  state.deadline = std::chrono::steady_clock::now() + (state.options.time_budget - state.spent);
  run_first_stage(state, phase);
  Evaluator(state, phase).run();
}

}  // namespace yagura::waf::internal
