#include "waf/compile/internal/actions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "waf/compile/internal/ctl.hpp"
#include "waf/compile/internal/macro.hpp"
#include "waf/compile/internal/set_variable.hpp"
#include "waf/seclang/ascii.hpp"
#include "waf/seclang/nearest.hpp"

namespace yagura::waf::internal {
namespace {

class Applier {
 public:
  Applier(const seclang::Action& action, ActionScope scope, ActionSet& set, BuildState& state)
      : action_(action), scope_(scope), set_(set), state_(state) {}

  void apply();

  // --- one function for each action or family of actions
  void accuracy() { set_.accuracy = action_.value; }
  void allow();
  void audit_log() { set_.audit_log = true; }
  void block() { disruptive(Disruptive::kBlock); }
  void capture() { set_.capture = true; }
  void chain();
  void ctl() { add_ctl(action_, set_.actions, state_); }
  void deny() { disruptive(Disruptive::kDeny); }
  void deprecate_var() { add_expiry(action_, ActionKind::kDeprecateVar, set_.actions, state_); }
  void drop() { disruptive(Disruptive::kDrop); }
  void expire_var() { add_expiry(action_, ActionKind::kExpireVar, set_.actions, state_); }
  void id();
  void init_collection() { add_collection(action_, set_.actions, state_); }
  void log();
  void log_data() { set_.log_data = macro(); }
  void maturity() { set_.maturity = action_.value; }
  void message() { set_.message = macro(); }
  void multi_match() { set_.multi_match = true; }
  void no_audit_log() { set_.audit_log = false; }
  void no_log();
  void pass() { disruptive(Disruptive::kPass); }
  void pause();
  void phase() {}  // read before the others by phase_of()
  void redirect();
  void refused() {}  // complained of in apply()
  void revision() { set_.revision = action_.value; }
  void sanitise_arg() { simple(ActionKind::kSanitiseArg); }
  void sanitise_matched() { simple(ActionKind::kSanitiseMatched); }
  void sanitise_matched_bytes() { simple(ActionKind::kSanitiseMatchedBytes); }
  void sanitise_request_header() { simple(ActionKind::kSanitiseRequestHeader); }
  void sanitise_response_header() { simple(ActionKind::kSanitiseResponseHeader); }
  void set_env() { add_environment(action_, set_.actions, state_); }
  void set_resource() { simple(ActionKind::kSetRsc); }
  void set_session() { simple(ActionKind::kSetSid); }
  void set_user() { simple(ActionKind::kSetUid); }
  void set_var() { add_set_variable(action_, set_.actions, state_); }
  void severity();
  void skip();
  void skip_after();
  void status();
  void tag() { set_.tags.push_back(macro()); }
  void transformation();
  void version() { set_.version = action_.value; }
  void xml_namespace();

 private:
  void disruptive(Disruptive what);
  void simple(ActionKind kind) {
    RuleAction made{.kind = kind};
    made.value = macro();
    set_.actions.push_back(std::move(made));
  }
  [[nodiscard]] MacroText macro() { return parse_macro(action_.value, action_.position, state_); }
  void error(std::string message, std::string hint = {}) {
    state_.error(action_.position, std::move(message), std::move(hint));
  }

  const seclang::Action& action_;
  ActionScope scope_;
  ActionSet& set_;
  BuildState& state_;
};

enum class Value : std::uint8_t { kNone, kRequired, kOptional };
enum class Where : std::uint8_t {
  kAnywhere,
  kHeadOnly,   // not in the later links of a chain
  kRulesOnly,  // not in SecDefaultAction
  kHeadsOfRules,
};

struct ActionInfo {
  std::string_view name;  // as the manual spells it
  Value value;
  Where where;
  bool repeatable, disruptive;
  void (Applier::*apply)();
  std::string_view reason;  // of a refusal
};

constexpr std::string_view kNoRewriting = "responses are inspected, never rewritten";
constexpr std::string_view kNoScripts = "the engine starts no scripts";
constexpr std::string_view kNoProxy = "where a request goes is decided by the web server";

using enum Value;
using enum Where;
constexpr ActionInfo kActions[] = {
    {"accuracy", kRequired, kRulesOnly, false, false, &Applier::accuracy, {}},
    {"allow", kOptional, kHeadOnly, false, true, &Applier::allow, {}},
    {"append", kRequired, kAnywhere, false, false, &Applier::refused, kNoRewriting},
    {"auditlog", kNone, kAnywhere, false, false, &Applier::audit_log, {}},
    {"block", kNone, kHeadOnly, false, true, &Applier::block, {}},
    {"capture", kNone, kRulesOnly, false, false, &Applier::capture, {}},
    {"chain", kNone, kRulesOnly, false, false, &Applier::chain, {}},
    {"ctl", kRequired, kAnywhere, true, false, &Applier::ctl, {}},
    {"deny", kNone, kHeadOnly, false, true, &Applier::deny, {}},
    {"deprecatevar", kRequired, kAnywhere, true, false, &Applier::deprecate_var, {}},
    {"drop", kNone, kHeadOnly, false, true, &Applier::drop, {}},
    {"exec", kRequired, kAnywhere, false, false, &Applier::refused, kNoScripts},
    {"expirevar", kRequired, kAnywhere, true, false, &Applier::expire_var, {}},
    {"id", kRequired, kHeadsOfRules, false, false, &Applier::id, {}},
    {"initcol", kRequired, kAnywhere, true, false, &Applier::init_collection, {}},
    {"log", kNone, kAnywhere, false, false, &Applier::log, {}},
    {"logdata", kRequired, kRulesOnly, false, false, &Applier::log_data, {}},
    {"maturity", kRequired, kRulesOnly, false, false, &Applier::maturity, {}},
    {"msg", kRequired, kRulesOnly, false, false, &Applier::message, {}},
    {"multiMatch", kNone, kRulesOnly, false, false, &Applier::multi_match, {}},
    {"noauditlog", kNone, kAnywhere, false, false, &Applier::no_audit_log, {}},
    {"nolog", kNone, kAnywhere, false, false, &Applier::no_log, {}},
    {"pass", kNone, kHeadOnly, false, true, &Applier::pass, {}},
    {"pause", kRequired, kAnywhere, false, false, &Applier::pause, {}},
    {"phase", kRequired, kAnywhere, false, false, &Applier::phase, {}},
    {"prepend", kRequired, kAnywhere, false, false, &Applier::refused, kNoRewriting},
    {"proxy", kRequired, kAnywhere, false, true, &Applier::refused, kNoProxy},
    {"redirect", kRequired, kHeadOnly, false, true, &Applier::redirect, {}},
    {"rev", kRequired, kRulesOnly, false, false, &Applier::revision, {}},
    {"sanitiseArg", kRequired, kAnywhere, true, false, &Applier::sanitise_arg, {}},
    {"sanitiseMatched", kNone, kAnywhere, false, false, &Applier::sanitise_matched, {}},
    {"sanitiseMatchedBytes",
     kOptional,
     kAnywhere,
     false,
     false,
     &Applier::sanitise_matched_bytes,
     {}},
    {"sanitiseRequestHeader",
     kRequired,
     kAnywhere,
     true,
     false,
     &Applier::sanitise_request_header,
     {}},
    {"sanitiseResponseHeader",
     kRequired,
     kAnywhere,
     true,
     false,
     &Applier::sanitise_response_header,
     {}},
    {"setenv", kRequired, kAnywhere, true, false, &Applier::set_env, {}},
    {"setrsc", kRequired, kAnywhere, false, false, &Applier::set_resource, {}},
    {"setsid", kRequired, kAnywhere, false, false, &Applier::set_session, {}},
    {"setuid", kRequired, kAnywhere, false, false, &Applier::set_user, {}},
    {"setvar", kRequired, kAnywhere, true, false, &Applier::set_var, {}},
    {"severity", kRequired, kRulesOnly, false, false, &Applier::severity, {}},
    {"skip", kRequired, kHeadsOfRules, false, false, &Applier::skip, {}},
    {"skipAfter", kRequired, kHeadsOfRules, false, false, &Applier::skip_after, {}},
    {"status", kRequired, kHeadOnly, false, false, &Applier::status, {}},
    {"t", kRequired, kAnywhere, true, false, &Applier::transformation, {}},
    {"tag", kRequired, kAnywhere, true, false, &Applier::tag, {}},
    {"ver", kRequired, kRulesOnly, false, false, &Applier::version, {}},
    {"xmlns", kRequired, kAnywhere, true, false, &Applier::xml_namespace, {}},
};

constexpr auto kActionNames = [] {
  std::array<std::string_view, std::size(kActions)> names{};
  std::transform(std::begin(kActions), std::end(kActions), names.begin(),
                 [](const ActionInfo& info) { return info.name; });
  return names;
}();

const ActionInfo* find_action(std::string_view name) {
  std::string british;  // the manual has "sanitise", ModSecurity takes "sanitize" too
  if (seclang::same_name(name.substr(0, 8), "sanitize")) {
    british = "sanitise" + std::string(name.substr(8));
    name = british;
  }
  const auto found =
      std::find_if(std::begin(kActions), std::end(kActions),
                   [&](const ActionInfo& info) { return seclang::same_name(info.name, name); });
  return found == std::end(kActions) ? nullptr : &*found;
}

void Applier::apply() {
  const ActionInfo* const info = find_action(action_.name);
  if (info == nullptr) {
    return error(fmt::format("unknown action {}", shown(action_.name)),
                 seclang::nearest_hint(action_.name, kActionNames));
  }
  if (!info->reason.empty()) {
    return error(fmt::format("the action {} is not supported: {}", info->name, info->reason));
  }
  if (info->value == Value::kRequired && action_.value.empty()) {
    return error(fmt::format("the action {} needs a value", info->name),
                 fmt::format("write {}:value", info->name));
  }
  if (info->value == Value::kNone && action_.has_value) {
    return error(fmt::format("the action {} takes no value", info->name));
  }
  const bool head_only = info->where == kHeadOnly || info->where == kHeadsOfRules;
  if (scope_ == ActionScope::kLink && head_only) {
    return error(fmt::format("{} may stand in the first rule of a chain only", info->name),
                 "move it to the rule that starts the chain");
  }
  const bool rules_only = info->where == kRulesOnly || info->where == kHeadsOfRules;
  if (scope_ == ActionScope::kDefault && rules_only) {
    return error(fmt::format("SecDefaultAction cannot contain {}", info->name));
  }
  (this->*info->apply)();
}

void Applier::disruptive(Disruptive what) { set_.disruptive = what; }

void Applier::allow() {
  if (!action_.has_value) return disruptive(Disruptive::kAllow);
  if (seclang::same_name(action_.value, "phase")) return disruptive(Disruptive::kAllowPhase);
  if (seclang::same_name(action_.value, "request")) return disruptive(Disruptive::kAllowRequest);
  error(fmt::format("allow is allow, allow:phase or allow:request, not {}", shown(action_.value)));
}

void Applier::chain() { set_.chained = true; }

void Applier::id() {
  const std::optional<std::uint64_t> number = read_number(action_.value);
  if (!number || *number == 0) {
    return error(fmt::format("a rule's id is a number from 1 on, not {}", shown(action_.value)));
  }
  if (set_.id != 0) return error("a rule has one id");
  set_.id = *number;
  set_.id_position = action_.position;
}

void Applier::log() {
  set_.log = true;
  set_.audit_log = true;
}

void Applier::no_log() {
  set_.log = false;
  set_.audit_log = false;
}

void Applier::pause() {
  state_.warning(action_.position,
                 "pause has no effect: a worker that waits serves nobody; limit rates in the web "
                 "server");
}

void Applier::redirect() {
  set_.redirect = macro();
  disruptive(Disruptive::kRedirect);
}

void Applier::severity() {
  static constexpr std::array<std::string_view, 8> kSeverities = {
      "EMERGENCY", "ALERT", "CRITICAL", "ERROR", "WARNING", "NOTICE", "INFO", "DEBUG"};
  if (const std::optional<std::uint64_t> number = read_number(action_.value);
      number && *number < kSeverities.size()) {
    set_.severity = static_cast<int>(*number);
    return;
  }
  for (std::size_t i = 0; i < kSeverities.size(); ++i) {
    if (seclang::same_name(kSeverities[i], action_.value)) {
      set_.severity = static_cast<int>(i);
      return;
    }
  }
  const std::string hint = seclang::nearest_hint(action_.value, kSeverities);
  error(fmt::format("unknown severity {}", shown(action_.value)),
        hint.empty() ? fmt::format("0 to 7, or {}", fmt::join(kSeverities, ", ")) : hint);
}

void Applier::skip() {
  const std::optional<std::uint64_t> number = read_number(action_.value);
  if (!number || *number == 0 || *number >= yagura::waf::kNone) {
    return error(fmt::format("skip takes a number of rules, not {}", shown(action_.value)));
  }
  set_.skip = static_cast<std::uint32_t>(*number);
}

void Applier::skip_after() { set_.skip_after = action_.value; }

void Applier::status() {
  const std::optional<std::uint64_t> number = read_number(action_.value);
  if (!number) return error(fmt::format("{} is no status of HTTP", shown(action_.value)));
  // ModSecurity's own recommended configuration had status:44 for years.
  if (*number < 100 || *number > 599) {
    return state_.warning(
        action_.position,
        fmt::format("{} is no status of HTTP; the default's is answered", *number));
  }
  set_.status = static_cast<std::uint16_t>(*number);
}

void Applier::transformation() {
  if (seclang::same_name(action_.value, "none")) {
    if (scope_ == ActionScope::kDefault) {
      return error("SecDefaultAction cannot contain t:none");
    }
    set_.transforms.clear();
    return;
  }
  if (const std::optional<Transform> transform = find_transform(action_.value)) {
    set_.transforms.push_back(*transform);
    return;
  }
  std::array<std::string_view, kTransformCount> names{};
  for (std::size_t i = 0; i < kTransformCount; ++i) names[i] = name_of(static_cast<Transform>(i));
  error(fmt::format("unknown transformation {}", shown(action_.value)),
        seclang::nearest_hint(action_.value, names));
}

void Applier::xml_namespace() {
  const std::size_t equals = action_.value.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == action_.value.size()) {
    return error(fmt::format("xmlns takes prefix=URI, not {}", shown(action_.value)));
  }
  // Mostly written xmlns:soap='http://…': the quotes stand behind the prefix.
  std::string_view uri = std::string_view(action_.value).substr(equals + 1);
  if (uri.size() >= 2 && uri.starts_with('\'') && uri.ends_with('\'')) {
    uri = uri.substr(1, uri.size() - 2);
  }
  set_.xml_namespaces.emplace_back(action_.value.substr(0, equals), uri);
}

}  // namespace

void apply_actions(const std::vector<seclang::Action>& actions, ActionScope scope, ActionSet& set,
                   BuildState& state) {
  bool has_disruptive = false;
  for (const seclang::Action& each : actions) {
    if (is_disruptive(each.name)) {
      if (has_disruptive) {
        state.warning(each.position,
                      fmt::format("{} replaces the disruptive action before it", each.name),
                      "a rule has one of them");
      }
      has_disruptive = true;
    }
    Applier(each, scope, set, state).apply();
  }
}

std::uint8_t phase_of(const std::vector<seclang::Action>& actions, std::uint8_t otherwise,
                      BuildState& state) {
  std::uint8_t phase = otherwise;
  for (const seclang::Action& each : actions) {
    if (each.name != "phase" || each.value.empty()) continue;
    if (each.value.size() == 1 && each.value[0] >= '1' && each.value[0] <= '5') {
      phase = static_cast<std::uint8_t>(each.value[0] - '0');
    } else if (seclang::same_name(each.value, "request")) {
      phase = 2;
    } else if (seclang::same_name(each.value, "response")) {
      phase = 4;
    } else if (seclang::same_name(each.value, "logging")) {
      phase = 5;
    } else {
      state.error(each.position, fmt::format("{} is no phase", shown(each.value)),
                  "1 to 5, request, response or logging");
    }
  }
  return phase;
}

bool is_repeatable(std::string_view name) {
  const ActionInfo* const info = find_action(name);
  return info == nullptr || info->repeatable;
}

bool is_disruptive(std::string_view name) {
  const ActionInfo* const info = find_action(name);
  return info != nullptr && info->disruptive;
}

}  // namespace yagura::waf::internal
