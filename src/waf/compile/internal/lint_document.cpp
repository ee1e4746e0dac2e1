#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <unordered_map>

#include "waf/compile/internal/build_state.hpp"
#include "waf/compile/internal/lint_checks.hpp"
#include "waf/seclang/ascii.hpp"
#include "waf/seclang/report.hpp"

namespace yagura::waf::internal {
namespace {

using seclang::report_warning;

const seclang::Action* last_action(const seclang::RuleDirective& rule, std::string_view name) {
  const auto found =
      std::find_if(rule.actions.rbegin(), rule.actions.rend(),
                   [name](const seclang::Action& action) { return action.name == name; });
  return found == rule.actions.rend() ? nullptr : &*found;
}

std::optional<RuleId> id_of(const seclang::RuleDirective& rule) {
  const seclang::Action* const action = last_action(rule, "id");
  return action == nullptr ? std::nullopt : read_number(action->value);
}

std::set<RuleId> all_ids(const seclang::Document& document) {
  std::set<RuleId> ids;
  for (const seclang::Directive& each : document.directives) {
    if (const auto* rule = std::get_if<seclang::RuleDirective>(&each)) {
      if (const std::optional<RuleId> id = id_of(*rule)) ids.insert(*id);
    }
  }
  return ids;
}

// Calls `each` for every id and range in a list; what is neither is compile()'s to report.
void for_ranges(std::string_view text, const std::function<void(RuleIdRange)>& each) {
  while (true) {
    const std::size_t start = text.find_first_not_of(", \t");
    if (start == std::string_view::npos) return;
    text.remove_prefix(start);
    const std::string_view part = text.substr(0, text.find_first_of(", \t"));
    if (const std::optional<RuleIdRange> range = read_id_range(part.substr(0, part.find(':')))) {
      each(*range);
    }
    text.remove_prefix(part.size());
  }
}

class ExceptionCheck {
 public:
  ExceptionCheck(const seclang::Document& document, Diagnostics& diagnostics)
      : ids_(all_ids(document)), diagnostics_(diagnostics) {}

  void operator()(const seclang::PlainDirective& directive) const {
    const std::string_view name = directive.name;
    if (name == "SecRuleRemoveById") {
      for (const std::string& each : directive.arguments) {
        check(each, name, directive.position);
      }
    } else if (name == "SecRuleUpdateTargetById" || name == "SecRuleUpdateActionById") {
      if (!directive.arguments.empty()) check(directive.arguments[0], name, directive.position);
    }
  }

  void operator()(const seclang::RuleDirective& rule) const {
    static constexpr std::array<std::string_view, 2> kNames = {"ruleRemoveById=",
                                                               "ruleRemoveTargetById="};
    for (const seclang::Action& action : rule.actions) {
      if (action.name != "ctl") continue;
      for (const std::string_view name : kNames) {
        const std::string_view value = action.value;
        if (!seclang::same_name(value.substr(0, name.size()), name)) continue;
        check(value.substr(name.size(), value.find(';') - name.size()),
              "ctl:" + std::string(name.substr(0, name.size() - 1)), action.position);
      }
    }
  }

  void operator()(const seclang::MarkerDirective&) const {}

 private:
  void check(std::string_view text, std::string_view name,
             const seclang::Position& position) const {
    for_ranges(text, [&](RuleIdRange range) {
      const auto found = ids_.lower_bound(range.first);
      if (found != ids_.end() && *found <= range.last) return;
      const std::string which =
          range.first == range.last
              ? fmt::format("no rule has the id {}", range.first)
              : fmt::format("no rule has an id from {} to {}", range.first, range.last);
      report_warning(diagnostics_, position, fmt::format("{} changes nothing: {}", name, which));
    });
  }

  std::set<RuleId> ids_;
  Diagnostics& diagnostics_;
};

// The operators that compare with a literal text, capitals and all.
bool compares_exactly(std::string_view op) {
  static constexpr std::array<std::string_view, 6> kNames = {
      "streq", "contains", "within", "beginsWith", "endsWith", "containsWord"};
  return std::any_of(kNames.begin(), kNames.end(),
                     [op](std::string_view name) { return seclang::same_name(name, op); });
}

// The last transformation that decides the case of letters is to lower case.
bool ends_in_lower_case(const seclang::RuleDirective& rule) {
  bool lower = false;
  for (const seclang::Action& action : rule.actions) {
    if (action.name != "t") continue;
    if (seclang::same_name(action.value, "lowercase")) {
      lower = true;
    } else if (!seclang::same_name(action.value, "trim") &&
               !seclang::same_name(action.value, "removeNulls") &&
               !seclang::same_name(action.value, "removeWhitespace") &&
               !seclang::same_name(action.value, "compressWhitespace")) {
      lower = false;  // a decoder behind it may bring capitals back
    }
  }
  return lower;
}

}  // namespace

void lint_jumps(const seclang::Document& document, Diagnostics& diagnostics) {
  // The last place of each marker, and of each rule by its id.
  std::unordered_map<std::string, std::size_t> last;
  for (std::size_t i = 0; i < document.directives.size(); ++i) {
    const seclang::Directive& each = document.directives[i];
    if (const auto* marker = std::get_if<seclang::MarkerDirective>(&each)) last[marker->name] = i;
    if (const auto* rule = std::get_if<seclang::RuleDirective>(&each)) {
      if (const std::optional<RuleId> id = id_of(*rule)) last[std::to_string(*id)] = i;
    }
  }
  for (std::size_t i = 0; i < document.directives.size(); ++i) {
    const auto* const rule = std::get_if<seclang::RuleDirective>(&document.directives[i]);
    if (rule == nullptr) continue;
    const seclang::Action* const jump = last_action(*rule, "skipafter");
    if (jump == nullptr) continue;
    const auto found = last.find(jump->value);
    if (found != last.end() && found->second > i) continue;
    report_warning(diagnostics, jump->position,
                   fmt::format("no SecMarker {} follows{}", shown(jump->value),
                               found == last.end() ? "" : ", only one before this rule"),
                   "as it stands this skips the rest of the phase");
  }
}

void lint_exceptions(const seclang::Document& document, Diagnostics& diagnostics) {
  const ExceptionCheck check(document, diagnostics);
  for (const seclang::Directive& each : document.directives) std::visit(check, each);
}

void lint_discarded_transformations(const seclang::RuleDirective& rule, Diagnostics& diagnostics) {
  const seclang::Action* before = nullptr;
  for (const seclang::Action& action : rule.actions) {
    if (action.name != "t") continue;
    if (!seclang::same_name(action.value, "none")) {
      before = &action;
    } else if (before != nullptr) {
      report_warning(diagnostics, action.position,
                     fmt::format("t:none discards t:{} before it", before->value),
                     "put t:none first");
      return;
    }
  }
}

void lint_exclusions(const seclang::RuleDirective& rule, Diagnostics& diagnostics) {
  for (const seclang::Target& target : rule.targets) {
    if (!target.exclude) continue;
    const bool useful =
        std::any_of(rule.targets.begin(), rule.targets.end(), [&](const seclang::Target& other) {
          return !other.exclude && other.variable == target.variable;
        });
    if (useful) continue;
    report_warning(
        diagnostics, target.position,
        fmt::format("nothing is excluded: the rule does not look at {}", target.variable));
  }
}

void lint_capitals(const seclang::RuleDirective& rule, Diagnostics& diagnostics) {
  if (!compares_exactly(rule.op.name) || !ends_in_lower_case(rule)) return;
  const std::string& argument = rule.op.argument;
  if (argument.find("%{") != std::string::npos) return;
  if (std::none_of(argument.begin(), argument.end(), [](char c) { return c >= 'A' && c <= 'Z'; })) {
    return;
  }
  report_warning(diagnostics, rule.op.position,
                 fmt::format("@{} {} has capitals, and t:lowercase leaves none in the value",
                             rule.op.name, shown(argument)),
                 "write the argument in lower case");
}

void lint_scores(const seclang::RuleDirective& rule, Diagnostics& diagnostics) {
  static constexpr std::string_view kTag = "paranoia-level/";
  std::string_view level;
  for (const seclang::Action& action : rule.actions) {
    const std::string_view value = action.value;
    if (action.name == "tag" && value.starts_with(kTag)) level = value.substr(kTag.size());
  }
  if (level.empty()) return;
  for (const seclang::Action& action : rule.actions) {
    if (action.name != "setvar") continue;
    const std::string_view name = std::string_view(action.value).substr(0, action.value.find('='));
    const std::size_t suffix = name.rfind("_pl");
    if (suffix == std::string_view::npos || name.find("score") == std::string_view::npos) continue;
    const std::string_view counted = name.substr(suffix + 3);
    if (counted == level || !read_number(counted)) continue;
    report_warning(
        diagnostics, action.position,
        fmt::format("the rule is tagged paranoia-level/{} and counts for level {}", level, counted),
        "it is missing from the score of its own level");
  }
}

}  // namespace yagura::waf::internal
