// What a rule that matched does to the transaction, apart from deciding it.

#include "waf/engine/internal/actions.hpp"

#include <algorithm>

#include "waf/base/number.hpp"
#include "waf/engine/internal/members.hpp"

namespace yagura::waf::internal {

namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return out;
}

// setvar's value: a number that is added, or a text. A text of another buffer (a capture of the
// request's own bytes) lives as long as the transaction already.
void set_tx(State& state, const RuleAction& action) {
  using SetOp = RuleAction::SetOp;
  std::uint32_t slot = action.slot;
  if (slot == kNone) {
    slot = state.tx.find_or_add(expand(state, action.name));
    if (slot == kNone) {  // more names than a transaction may make
      state.count_not_evaluated(false);
      return;
    }
  }
  switch (action.set_op) {
    case SetOp::kUnset:
      return state.tx.unset(slot);
    case SetOp::kAssign:
      // Whatever a text is a view of (captures, values, the rule set) lives as long as the
      // transaction.
      return state.tx.set_text(slot, expand(state, action.value));
    case SetOp::kAdd:
      return state.tx.set_number(
          slot, saturating_add(state.tx.number(slot), expand_number(state, action.value)));
    case SetOp::kSubtract:
      return state.tx.set_number(
          slot, saturating_add(state.tx.number(slot), negated(expand_number(state, action.value))));
  }
}

// Past the bound the whole collection is meant: a log may say too little, never too much.
void sanitise(State& state, Variable variable, std::string_view name) {
  constexpr std::size_t kMaxSanitised = 256;
  const auto same = [&](const SanitisedTarget& each) {
    return each.variable == variable && (each.name.empty() || each.name == name);
  };
  if (std::ranges::any_of(state.sanitised, same)) return;
  const bool full = state.sanitised.size() >= kMaxSanitised;
  state.sanitised.push_back({.variable = variable, .name = full ? std::string_view{} : name});
}

void set_persistent(State& state, const RuleAction& action) {
  using SetOp = RuleAction::SetOp;
  const std::string_view key = collection_key(state, action.collection);
  CollectionStore* store = state.services.collections;
  if (key.empty() || store == nullptr) return;
  const std::string name = lower(expand(state, action.name));
  if (action.set_op == SetOp::kUnset) return store->remove(action.collection, key, name);
  const std::string_view value = expand(state, action.value);
  if (action.set_op == SetOp::kAssign)
    return store->set(action.collection, key, name, value, state.now());
  const std::int64_t number = number_of(value);
  store->add(action.collection, key, name,
             action.set_op == SetOp::kSubtract ? negated(number) : number, state.now());
}

void expire(State& state, const RuleAction& action) {
  const std::string_view key = collection_key(state, action.collection);
  if (key.empty() || state.services.collections == nullptr) return;
  const auto at = state.now() + std::chrono::seconds(number_of(expand(state, action.value)));
  state.services.collections->expire(action.collection, key, lower(expand(state, action.name)), at);
}

// "60/300": 60 for each 300 seconds.
void deprecate(State& state, const RuleAction& action) {
  const std::string_view key = collection_key(state, action.collection);
  if (key.empty() || state.services.collections == nullptr) return;
  const std::string_view rate = expand(state, action.value);
  const std::size_t slash = rate.find('/');
  if (slash == std::string_view::npos) return;
  const std::int64_t amount = number_of(rate.substr(0, slash));
  const std::chrono::seconds period(number_of(rate.substr(slash + 1)));
  if (amount <= 0 || period.count() <= 0) return;
  state.services.collections->deprecate(action.collection, key, lower(expand(state, action.name)),
                                        amount, period, state.now());
}

void set_key(State& state, Variable collection, std::string_view key) {
  if (collection < Variable::kGlobal || collection > Variable::kUser) return;
  state.collection_keys[static_cast<std::size_t>(collection) -
                        static_cast<std::size_t>(Variable::kGlobal)] = state.keep(key);
}

bool is_on(std::string_view text) { return equal_ignoring_case(text, "on"); }

void set_mode(State& state, std::string_view text) {
  if (is_on(text)) state.mode = EngineMode::kOn;
  if (equal_ignoring_case(text, "off")) state.mode = EngineMode::kOff;
  if (equal_ignoring_case(text, "detectiononly")) state.mode = EngineMode::kDetectionOnly;
}

void set_audit_engine(State& state, std::string_view text) {
  using Engine = AuditOptions::Engine;
  if (is_on(text)) state.audit_engine = Engine::kOn;
  if (equal_ignoring_case(text, "off")) state.audit_engine = Engine::kOff;
  if (equal_ignoring_case(text, "relevantonly")) state.audit_engine = Engine::kRelevantOnly;
}

// "+E", "-C", or the whole list.
void set_audit_parts(State& state, std::string_view text) {
  if (!text.starts_with('+') && !text.starts_with('-')) {
    state.audit_parts = state.keep(text);
    return;
  }
  std::string parts(state.audit_parts);
  for (const char part : text.substr(1)) {
    std::erase(parts, part);
    if (text.front() == '+') parts.push_back(part);
  }
  state.audit_parts = state.keep(parts);
}

// ByTag and ByMsg were resolved to ids when the rules were read.
bool names_rule(const RuleAction& action, const Rule& rule) {
  const auto after = std::ranges::upper_bound(action.ids, rule.id, {}, &RuleIdRange::first);
  return after != action.ids.begin() && rule.id <= std::prev(after)->last;
}

void remove_rules(State& state, const RuleAction& action) {
  state.removed_rules.resize(state.rules->rules.size());
  for (std::size_t i = 0; i < state.rules->rules.size(); ++i) {
    const Rule& rule = state.rules->rules[i];
    if (rule.id != 0 && names_rule(action, rule)) state.removed_rules[i] = true;
  }
}

void run_ctl(State& state, const RuleAction& action) {
  const std::string_view value = expand(state, action.value);
  switch (action.ctl) {
    case CtlKind::kRuleEngine:
      return set_mode(state, value);
    case CtlKind::kAuditEngine:
      return set_audit_engine(state, value);
    case CtlKind::kAuditLogParts:
      return set_audit_parts(state, value);
    case CtlKind::kForceRequestBodyVariable:
      state.force_request_body = is_on(value);
      return;
    case CtlKind::kRequestBodyAccess:
      state.request_body_access = is_on(value);
      return;
    case CtlKind::kResponseBodyAccess:
      state.response_body_access = is_on(value);
      return;
    case CtlKind::kRequestBodyLimit:
      state.request_limit = static_cast<std::uint64_t>(std::max<std::int64_t>(0, number_of(value)));
      return;
    case CtlKind::kResponseBodyLimit:
      state.response_limit =
          static_cast<std::uint64_t>(std::max<std::int64_t>(0, number_of(value)));
      return;
    case CtlKind::kParseXmlIntoArgs:
      state.xml_arguments = is_on(value)                        ? XmlArgumentsMode::kOn
                            : equal_ignoring_case(value, "off") ? XmlArgumentsMode::kOff
                                                                : XmlArgumentsMode::kOnly;
      return;
    case CtlKind::kRequestBodyProcessor: {
      std::string upper(value);
      std::ranges::transform(upper, upper.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
      });
      state.request_processor = state.keep(upper);
      state.set_single(Variable::kReqbodyProcessor, state.request_processor);
      return;
    }
    case CtlKind::kRuleRemoveById:
    case CtlKind::kRuleRemoveByTag:
    case CtlKind::kRuleRemoveByMsg:
      return remove_rules(state, action);
    case CtlKind::kRuleRemoveTargetById:
    case CtlKind::kRuleRemoveTargetByTag:
    case CtlKind::kRuleRemoveTargetByMsg:
      state.removed_targets.push_back({&action});
      return;
    case CtlKind::kDebugLogLevel:
    case CtlKind::kHashEngine:
    case CtlKind::kHashEnforcement:
      return;  // accepted by the compiler with a warning
  }
}

}  // namespace

bool removes_target(const RuleAction& action, const Rule& head) { return names_rule(action, head); }

void run_action(State& state, const RuleAction& action) {
  switch (action.kind) {
    case ActionKind::kSetVar:
      return action.collection == Variable::kTx ? set_tx(state, action)
                                                : set_persistent(state, action);
    case ActionKind::kInitCollection:
      return set_key(state, action.collection, expand(state, action.value));
    case ActionKind::kSetSid:
      state.set_single(Variable::kSessionId, expand(state, action.value));
      return set_key(state, Variable::kSession, expand(state, action.value));
    case ActionKind::kSetUid:
      state.set_single(Variable::kUserId, expand(state, action.value));
      return set_key(state, Variable::kUser, expand(state, action.value));
    case ActionKind::kSetRsc:
      return set_key(state, Variable::kResource, expand(state, action.value));
    case ActionKind::kExpireVar:
      return expire(state, action);
    case ActionKind::kSetEnv:
      // Of this exchange alone: a process's environment is no place for a request's bytes.
      state.environment.emplace_back(state.keep(expand(state, action.name)),
                                     state.keep(expand(state, action.value)));
      return;
    case ActionKind::kCtl:
      return run_ctl(state, action);
    case ActionKind::kDeprecateVar:
      return deprecate(state, action);
    case ActionKind::kCapture:  // a flag of the rule
    case ActionKind::kExec:     // this and the next: refused when the rules are read
    case ActionKind::kAppend:
    case ActionKind::kPrepend:
      return;
    case ActionKind::kSanitiseArg:
      return sanitise(state, Variable::kArgs, expand(state, action.value));
    case ActionKind::kSanitiseRequestHeader:
      return sanitise(state, Variable::kRequestHeaders, expand(state, action.value));
    case ActionKind::kSanitiseResponseHeader:
      return sanitise(state, Variable::kResponseHeaders, expand(state, action.value));
    case ActionKind::kSanitiseMatched:
    case ActionKind::kSanitiseMatchedBytes:  // all of them: some bytes tell the others
      for (const Match& match : state.matched_vars) sanitise(state, match.variable, match.name);
      return;
  }
}

}  // namespace yagura::waf::internal
