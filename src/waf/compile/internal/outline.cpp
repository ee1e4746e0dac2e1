#include "waf/compile/internal/outline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "waf/compile/internal/exceptions.hpp"

namespace yagura::waf::internal {
namespace {

bool has_action(const seclang::RuleDirective& rule, std::string_view name) {
  return std::any_of(rule.actions.begin(), rule.actions.end(),
                     [name](const seclang::Action& action) { return action.name == name; });
}

std::string_view kind_of(const seclang::RuleDirective& rule) {
  return rule.kind == seclang::RuleDirective::Kind::kAction ? "SecAction" : "SecRule";
}

class Outliner {
 public:
  Outliner(std::vector<OutlineStep>& steps, BuildState& state) : steps_(steps), state_(state) {}

  void operator()(const seclang::RuleDirective& rule) {
    if (rule.kind == seclang::RuleDirective::Kind::kScript) {
      return state_.error(rule.position,
                          "SecRuleScript is not supported: there is no Lua in the engine");
    }
    if (!chain_open_) steps_.emplace_back();
    OutlineStep& step = steps_.back();
    if (!chain_open_) identify(rule, step);
    step.links.push_back(rule);
    chain_open_ = has_action(rule, "chain");
  }

  void operator()(const seclang::MarkerDirective& marker) {
    close_chain();
    steps_.push_back({.marker = marker.name});
  }

  void operator()(const seclang::PlainDirective&) {}

  void close_chain() {
    if (chain_open_) {
      state_.error(steps_.back().links.back().position, "this rule's chain is not continued",
                   "remove the action chain, or write the chain's next SecRule behind it");
    }
    chain_open_ = false;
  }

 private:
  void identify(const seclang::RuleDirective& rule, OutlineStep& step) {
    for (const seclang::Action& action : rule.actions) {
      if (action.name == "id") step.id = read_number(action.value).value_or(0);
    }
    if (step.id == 0) {
      if (!has_action(rule, "id")) {
        state_.error(rule.position, fmt::format("{} without an id", kind_of(rule)),
                     "every rule needs a number of its own: id:1000");
      }
      return;  // an id that is none is reported where the actions are read
    }
    const auto [known, added] = ids_.try_emplace(step.id, rule.position);
    if (added) return;
    const seclang::Position& first = known->second;
    state_.error(rule.position,
                 fmt::format("the id {} is taken by the rule at {}:{}", step.id,
                             first.file ? *first.file : "", first.line),
                 "every rule needs a number of its own");
  }

  std::vector<OutlineStep>& steps_;
  BuildState& state_;
  std::unordered_map<RuleId, seclang::Position> ids_;
  bool chain_open_ = false;
};

}  // namespace

std::vector<OutlineStep> make_outline(const seclang::Document& document, BuildState& state) {
  std::vector<OutlineStep> steps;
  Outliner outliner(steps, state);
  for (const seclang::Directive& each : document.directives) std::visit(outliner, each);
  outliner.close_chain();
  apply_exceptions(document, steps, state);
  return steps;
}

}  // namespace yagura::waf::internal
