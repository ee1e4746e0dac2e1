#include "waf/compile/internal/exceptions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "waf/compile/internal/actions.hpp"
#include "waf/seclang/actions.hpp"
#include "waf/seclang/ascii.hpp"
#include "waf/seclang/targets.hpp"

namespace yagura::waf::internal {
namespace {

// Indexes of steps, ascending, each once.
using StepList = std::vector<std::size_t>;

bool has_text(const OutlineStep& step, std::string_view action_name, const TextSelector& selector) {
  for (const seclang::RuleDirective& link : step.links) {
    for (const seclang::Action& action : link.actions) {
      if (action.name == action_name && selector.selects(action.value)) return true;
    }
  }
  return false;
}

class Exceptions {
 public:
  Exceptions(std::vector<OutlineStep>& steps, BuildState& state) : steps_(steps), state_(state) {
    for (std::size_t i = 0; i < steps.size(); ++i) {
      if (steps[i].id != 0) by_id_.emplace_back(steps[i].id, i);
    }
    std::sort(by_id_.begin(), by_id_.end());
  }

  void apply(const seclang::PlainDirective& directive) {
    const std::string_view name = directive.name;
    if (name == "SecRuleRemoveById") return remove(directive, by_ids(directive));
    if (name == "SecRuleRemoveByTag") return remove(directive, by_text(directive, "tag"));
    if (name == "SecRuleRemoveByMsg") return remove(directive, by_text(directive, "msg"));
    if (name == "SecRuleUpdateTargetByTag") {
      return update_targets(directive, by_text(directive, "tag"), 0, 1);
    }
    if (name == "SecRuleUpdateTargetByMsg") {
      return update_targets(directive, by_text(directive, "msg"), 0, 1);
    }
    if (name == "SecRuleUpdateTargetById") return update_targets_by_id(directive);
    if (name == "SecRuleUpdateActionById") update_actions(directive);
  }

 private:
  static seclang::Position place(const seclang::PlainDirective& directive, std::size_t argument) {
    return argument < directive.argument_positions.size() ? directive.argument_positions[argument]
                                                          : directive.position;
  }
  static std::string_view argument(const seclang::PlainDirective& directive, std::size_t index) {
    return index < directive.arguments.size() ? directive.arguments[index] : std::string_view();
  }

  StepList by_ids(const seclang::PlainDirective& directive) {
    std::vector<RuleIdRange> ranges;
    for (std::size_t i = 0; i < directive.arguments.size(); ++i) {
      const auto more = read_id_ranges(directive.arguments[i], place(directive, i), state_);
      ranges.insert(ranges.end(), more.begin(), more.end());
    }
    return in_ranges(ranges);
  }

  [[nodiscard]] StepList in_ranges(const std::vector<RuleIdRange>& ranges) const {
    StepList list;
    for (const RuleIdRange& range : ranges) {
      auto each = std::lower_bound(by_id_.begin(), by_id_.end(), std::pair(range.first, 0UL));
      for (; each != by_id_.end() && each->first <= range.last; ++each) {
        list.push_back(each->second);
      }
    }
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
    return list;
  }

  StepList by_text(const seclang::PlainDirective& directive, std::string_view action_name) {
    const TextSelector selector(argument(directive, 0), place(directive, 0), state_);
    StepList list;
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      if (has_text(steps_[i], action_name, selector)) list.push_back(i);
    }
    return list;
  }

  // "942100", "942100-942190,941100", "942100:1": the last is the second rule of a chain.
  std::pair<StepList, std::size_t> by_id_and_link(const seclang::PlainDirective& directive) {
    std::string_view ids = argument(directive, 0);
    std::size_t link = 0;
    if (const std::size_t colon = ids.find(':'); colon != std::string_view::npos) {
      const std::optional<std::uint64_t> number = read_number(ids.substr(colon + 1));
      if (!number) {
        state_.error(place(directive, 0), fmt::format("{} is no place in a chain", shown(ids)),
                     "write id:1 for the second rule of the chain");
      }
      link = number.value_or(0);
      ids = ids.substr(0, colon);
    }
    return {in_ranges(read_id_ranges(ids, place(directive, 0), state_)), link};
  }

  void remove(const seclang::PlainDirective& directive, const StepList& list) {
    for (const std::size_t index : list) {
      if (steps_[index].removed_by == nullptr) steps_[index].removed_by = &directive;
    }
  }

  void for_links(const seclang::PlainDirective& directive, const StepList& list, std::size_t link,
                 const std::function<void(seclang::RuleDirective&)>& change) {
    for (const std::size_t index : list) {
      if (link >= steps_[index].links.size()) continue;
      change(steps_[index].links[link]);
      steps_[index].updated_by.push_back(&directive);
    }
  }

  // One argument for the rules, or, as Coraza reads it too, several: 942100 942130-942140.
  void update_targets_by_id(const seclang::PlainDirective& directive) {
    constexpr std::string_view kOfIds = "0123456789-, \t";
    std::size_t count = 1;
    while (count < directive.arguments.size() &&
           argument(directive, count).find_first_not_of(kOfIds) == std::string_view::npos) {
      ++count;
    }
    const std::size_t targets = directive.arguments.size() - count;
    if (targets == 0 || targets > 2) {
      return state_.error(directive.position,
                          fmt::format("SecRuleUpdateTargetById has {} behind its ids",
                                      targets == 0 ? "no targets" : "too many arguments"),
                          "write ids, the targets, and the targets that they replace, if any");
    }
    if (count == 1) {
      const auto [list, link] = by_id_and_link(directive);
      return update_targets(directive, list, link, 1);
    }
    std::vector<RuleIdRange> ranges;
    for (std::size_t i = 0; i < count; ++i) {
      const auto more = read_id_ranges(argument(directive, i), place(directive, i), state_);
      ranges.insert(ranges.end(), more.begin(), more.end());
    }
    update_targets(directive, in_ranges(ranges), 0, count);
  }

  // `first`: the argument that holds the targets.
  void update_targets(const seclang::PlainDirective& directive, const StepList& list,
                      std::size_t link, std::size_t first) {
    const auto targets = [&](std::size_t index) {
      return seclang::parse_targets(argument(directive, index), place(directive, index),
                                    state_.diagnostics);
    };
    const auto added = targets(first);
    std::vector<seclang::Target> replaced;
    if (directive.arguments.size() > first + 1) replaced = targets(first + 1);
    for_links(directive, list, link, [&](seclang::RuleDirective& rule) {
      // A rule without targets always matches: targets would make it another rule.
      if (rule.kind != seclang::RuleDirective::Kind::kRule) return;
      std::erase_if(rule.targets, [&](const seclang::Target& target) {
        return std::any_of(replaced.begin(), replaced.end(), [&](const seclang::Target& each) {
          return each.variable == target.variable && each.count == target.count &&
                 seclang::same_name(each.selector, target.selector);
        });
      });
      rule.targets.insert(rule.targets.end(), added.begin(), added.end());
    });
  }

  void update_actions(const seclang::PlainDirective& directive) {
    const auto [list, link] = by_id_and_link(directive);
    auto actions =
        seclang::parse_actions(argument(directive, 1), place(directive, 1), state_.diagnostics);
    std::erase_if(actions, [&](const seclang::Action& action) {
      const bool fixed = action.name == "id" || action.name == "phase" || action.name == "chain";
      if (fixed) {
        state_.error(action.position,
                     fmt::format("SecRuleUpdateActionById cannot change {}", action.name));
      }
      return fixed;
    });
    for_links(directive, list, link, [&](seclang::RuleDirective& rule) { replace(rule, actions); });
  }

  // New actions take the place of the old ones of their kind, and come last.
  static void replace(seclang::RuleDirective& rule, const std::vector<seclang::Action>& actions) {
    std::erase_if(rule.actions, [&](const seclang::Action& old) {
      return std::any_of(actions.begin(), actions.end(), [&](const seclang::Action& each) {
        if (is_disruptive(each.name) && is_disruptive(old.name)) return true;
        return each.name == old.name && !is_repeatable(each.name);
      });
    });
    rule.actions.insert(rule.actions.end(), actions.begin(), actions.end());
  }

  std::vector<OutlineStep>& steps_;
  BuildState& state_;
  std::vector<std::pair<RuleId, std::size_t>> by_id_;  // sorted; index of the step
};

}  // namespace

void apply_exceptions(const seclang::Document& document, std::vector<OutlineStep>& steps,
                      BuildState& state) {
  Exceptions exceptions(steps, state);
  for (const seclang::Directive& each : document.directives) {
    if (const auto* plain = std::get_if<seclang::PlainDirective>(&each)) exceptions.apply(*plain);
  }
}

}  // namespace yagura::waf::internal
