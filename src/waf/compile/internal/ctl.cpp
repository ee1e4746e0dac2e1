#include "waf/compile/internal/ctl.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <unordered_map>

#include "waf/compile/internal/targets.hpp"
#include "waf/seclang/ascii.hpp"
#include "waf/seclang/nearest.hpp"
#include "waf/seclang/targets.hpp"

namespace yagura::waf::internal {
namespace {

enum class CtlValue : std::uint8_t {
  kChoice,
  kOffOnly,  // on is refused
  kNumber,
  kParts,
  kIds,
  kText,  // a pattern of tags or messages
  kIdsAndTarget,
  kTextAndTarget,
};

struct CtlInfo {
  std::string_view name;
  CtlKind kind;
  CtlValue value;
  std::string_view detail;  // the choices, or why only Off
};

constexpr std::string_view kNoHash =
    "hashes in links and forms need every response to be rewritten, which we do not do";

using enum CtlKind;
constexpr CtlInfo kControls[] = {
    {"auditEngine", kAuditEngine, CtlValue::kChoice, "On|Off|RelevantOnly"},
    {"auditLogParts", kAuditLogParts, CtlValue::kParts, {}},
    {"debugLogLevel", kDebugLogLevel, CtlValue::kChoice, "0|1|2|3|4|5|6|7|8|9"},
    {"forceRequestBodyVariable", kForceRequestBodyVariable, CtlValue::kChoice, "On|Off"},
    {"hashEnforcement", kHashEnforcement, CtlValue::kOffOnly, kNoHash},
    {"hashEngine", kHashEngine, CtlValue::kOffOnly, kNoHash},
    {"parseXmlIntoArgs", kParseXmlIntoArgs, CtlValue::kChoice, "On|Off|OnlyArgs"},
    {"requestBodyAccess", kRequestBodyAccess, CtlValue::kChoice, "On|Off"},
    {"requestBodyLimit", kRequestBodyLimit, CtlValue::kNumber, {}},
    {"requestBodyProcessor", kRequestBodyProcessor, CtlValue::kChoice,
     "URLENCODED|MULTIPART|XML|JSON"},
    {"responseBodyAccess", kResponseBodyAccess, CtlValue::kChoice, "On|Off"},
    {"responseBodyLimit", kResponseBodyLimit, CtlValue::kNumber, {}},
    {"ruleEngine", kRuleEngine, CtlValue::kChoice, "On|Off|DetectionOnly"},
    {"ruleRemoveById", kRuleRemoveById, CtlValue::kIds, {}},
    {"ruleRemoveByMsg", kRuleRemoveByMsg, CtlValue::kText, {}},
    {"ruleRemoveByTag", kRuleRemoveByTag, CtlValue::kText, {}},
    {"ruleRemoveTargetById", kRuleRemoveTargetById, CtlValue::kIdsAndTarget, {}},
    {"ruleRemoveTargetByMsg", kRuleRemoveTargetByMsg, CtlValue::kTextAndTarget, {}},
    {"ruleRemoveTargetByTag", kRuleRemoveTargetByTag, CtlValue::kTextAndTarget, {}},
};

std::vector<std::string_view> split_choices(std::string_view text) {
  std::vector<std::string_view> choices;
  while (!text.empty()) {
    choices.push_back(text.substr(0, text.find('|')));
    text.remove_prefix(std::min(choices.back().size() + 1, text.size()));
  }
  return choices;
}

class CtlReader {
 public:
  CtlReader(const seclang::Action& action, std::vector<RuleAction>& actions, BuildState& state)
      : action_(action), actions_(actions), state_(state) {}

  void read() {
    const std::string_view text = action_.value;
    const std::size_t equals = text.find('=');
    const std::string_view name = seclang::trim(text.substr(0, equals));
    const auto info = std::find_if(std::begin(kControls), std::end(kControls),
                                   [&](const auto& c) { return seclang::same_name(c.name, name); });
    if (info == std::end(kControls)) return unknown(name);
    const std::string_view value =
        equals == std::string_view::npos ? "" : seclang::trim(text.substr(equals + 1));
    if (value.empty()) {
      return error(fmt::format("ctl:{} needs a value", info->name),
                   fmt::format("write ctl:{}=value", info->name));
    }
    RuleAction made{.kind = ActionKind::kCtl, .ctl = info->kind};
    made.value = {.pieces = {{.literal = std::string(value)}}, .text = std::string(value)};
    take(*info, value, std::move(made));
  }

 private:
  void take(const CtlInfo& info, std::string_view value, RuleAction made) {
    if (info.kind == kDebugLogLevel) {
      state_.warning(action_.position, "ctl:debugLogLevel has no effect: there is no debug log");
    }
    switch (info.value) {
      case CtlValue::kChoice:
        if (choice(info, value, made)) actions_.push_back(std::move(made));
        return;
      case CtlValue::kOffOnly:
        if (seclang::same_name(value, "Off")) return;
        return error(fmt::format("ctl:{} cannot be on: {}", info.name, info.detail));
      case CtlValue::kNumber:
        if (!read_number(value)) {
          return error(fmt::format("ctl:{} takes a number, not {}", info.name, shown(value)));
        }
        return actions_.push_back(std::move(made));
      case CtlValue::kParts:
        if (parts(info, value)) actions_.push_back(std::move(made));
        return;
      case CtlValue::kIds:
        made.ids = read_id_ranges(value, action_.position, state_);
        return actions_.push_back(std::move(made));
      case CtlValue::kText:
        made.pattern = TextSelector(value, action_.position, state_).pattern();
        return actions_.push_back(std::move(made));
      case CtlValue::kIdsAndTarget:
      case CtlValue::kTextAndTarget:
        return with_target(info, value, std::move(made));
    }
  }

  bool choice(const CtlInfo& info, std::string_view value, RuleAction& made) {
    const std::vector<std::string_view> choices = split_choices(info.detail);
    for (const std::string_view each : choices) {
      if (!seclang::same_name(each, value)) continue;
      // As the manual spells it, so that the engine compares exactly.
      made.value = {.pieces = {{.literal = std::string(each)}}, .text = std::string(each)};
      return true;
    }
    error(fmt::format("ctl:{} is {}, not {}", info.name, fmt::join(choices, " or "), shown(value)),
          seclang::nearest_hint(value, choices));
    return false;
  }

  bool parts(const CtlInfo& info, std::string_view value) {
    std::string_view letters = value;
    if (letters.starts_with('+') || letters.starts_with('-')) letters.remove_prefix(1);
    if (!letters.empty() && letters.find_first_not_of("ABCDEFGHIJKZ") == std::string_view::npos) {
      return true;
    }
    error(fmt::format("ctl:{} takes parts of the audit log such as +E, not {}", info.name,
                      shown(value)),
          "the parts are A to K and Z");
    return false;
  }

  void with_target(const CtlInfo& info, std::string_view value, RuleAction made) {
    const std::size_t semicolon = value.find(';');
    if (semicolon == std::string_view::npos || semicolon + 1 == value.size()) {
      return error(fmt::format("ctl:{} names no target", info.name),
                   fmt::format("write ctl:{}={};ARGS:name", info.name,
                               info.value == CtlValue::kIdsAndTarget ? "942100" : "attack-sqli"));
    }
    const std::string_view rules = seclang::trim(value.substr(0, semicolon));
    if (info.value == CtlValue::kIdsAndTarget) {
      made.ids = read_id_ranges(rules, action_.position, state_);
    } else {
      made.pattern = TextSelector(rules, action_.position, state_).pattern();
    }
    made.value = {.pieces = {{.literal = std::string(rules)}}, .text = std::string(rules)};
    const auto targets =
        seclang::parse_targets(value.substr(semicolon + 1), action_.position, state_.diagnostics);
    for (const seclang::Target& each : targets) {
      std::optional<RuleTarget> target = resolve_target(each, state_);
      if (!target) continue;
      if (target->count) {
        error("what is removed is a target, not its count", "leave out '&'");
        continue;
      }
      made.collection = target->variable;
      made.target = *std::move(target);
      actions_.push_back(made);
    }
  }

  void unknown(std::string_view name) {
    std::array<std::string_view, std::size(kControls)> names{};
    std::transform(std::begin(kControls), std::end(kControls), names.begin(),
                   [](const CtlInfo& info) { return info.name; });
    error(fmt::format("unknown ctl {}", shown(name)), seclang::nearest_hint(name, names));
  }

  void error(std::string message, std::string hint = {}) {
    state_.error(action_.position, std::move(message), std::move(hint));
  }

  const seclang::Action& action_;
  std::vector<RuleAction>& actions_;
  BuildState& state_;
};

bool is_by_tag(CtlKind kind) { return kind == kRuleRemoveByTag || kind == kRuleRemoveTargetByTag; }
bool is_by_message(CtlKind kind) {
  return kind == kRuleRemoveByMsg || kind == kRuleRemoveTargetByMsg;
}

bool selected(const RuleAction& action, const Rule& rule) {
  const auto matches = [&](const std::string& text) {
    return text == action.value.text ||
           (action.pattern && action.pattern->match(text, nullptr) == OperatorResult::kMatch);
  };
  if (is_by_message(action.ctl)) return matches(rule.message.text);
  return std::any_of(rule.tags.begin(), rule.tags.end(),
                     [&](const MacroText& tag) { return matches(tag.text); });
}

// The ids as few ranges: rules that are neighbours by id make one.
std::vector<RuleIdRange> ranges_of(const std::vector<const Rule*>& by_id,
                                   const RuleAction& action) {
  std::vector<RuleIdRange> ranges;
  bool open = false;
  for (const Rule* rule : by_id) {
    const bool wanted = selected(action, *rule);
    if (wanted && open) ranges.back().last = rule->id;
    if (wanted && !open) ranges.push_back({rule->id, rule->id});
    open = wanted;
  }
  return ranges;
}

}  // namespace

void add_ctl(const seclang::Action& action, std::vector<RuleAction>& actions, BuildState& state) {
  CtlReader(action, actions, state).read();
}

void resolve_removed_ids(BuildState& state) {
  std::vector<const Rule*> by_id;
  for (const Rule& rule : state.set.rules) {
    if (rule.id != 0) by_id.push_back(&rule);
  }
  std::sort(by_id.begin(), by_id.end(), [](const Rule* a, const Rule* b) { return a->id < b->id; });
  // CRS repeats few patterns in hundreds of rules.
  std::unordered_map<std::string, std::vector<RuleIdRange>> known;
  for (Rule& rule : state.set.rules) {
    for (RuleAction& action : rule.actions) {
      const bool by_tag = is_by_tag(action.ctl);
      if (action.kind != ActionKind::kCtl || (!by_tag && !is_by_message(action.ctl))) continue;
      const std::string key = (by_tag ? "t" : "m") + action.value.text;
      const auto [entry, added] = known.try_emplace(key);
      if (added) entry->second = ranges_of(by_id, action);
      action.ids = entry->second;
    }
  }
}

}  // namespace yagura::waf::internal
