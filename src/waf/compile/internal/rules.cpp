#include "waf/compile/internal/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>

#include "waf/compile/internal/actions.hpp"
#include "waf/compile/internal/defaults.hpp"
#include "waf/compile/internal/macro.hpp"
#include "waf/compile/internal/targets.hpp"
#include "waf/seclang/ascii.hpp"

namespace yagura::waf::internal {
namespace {

namespace fs = std::filesystem;

// Operators whose argument is a pattern, where "%{" may be text.
bool takes_pattern(std::string_view op) {
  static constexpr std::array<std::string_view, 5> kNames = {"rx", "rxGlobal", "rsub", "pm",
                                                             "validateByteRange"};
  return std::any_of(kNames.begin(), kNames.end(),
                     [op](std::string_view name) { return seclang::same_name(name, op); });
}

bool has_macro(const MacroText& text) {
  return std::any_of(text.pieces.begin(), text.pieces.end(),
                     [](const MacroText::Piece& piece) { return piece.variable.has_value(); });
}

class RuleBuilder {
 public:
  RuleBuilder(const DefaultActions& defaults, const BuildOptions& build,
              const CompileOptions& options, BuildState& state)
      : defaults_(defaults), build_(build), options_(options), state_(state) {}

  void step(const OutlineStep& step) {
    if (step.links.empty()) return add_marker(step.marker);
    if (step.removed_by == nullptr) chain(step);
    // skipAfter may name a rule by its id: the place behind it, also when it was removed.
    add_marker(std::to_string(step.id));
  }

  void resolve_jumps() {
    for (const Jump& jump : jumps_) {
      Rule& rule = state_.set.rules[jump.rule];
      rule.skip_after = static_cast<std::uint32_t>(target_of(jump, rule.phase));
    }
  }

 private:
  struct Marker {
    std::array<std::size_t, kPhaseCount> at{};  // steps of each phase before it
  };
  struct Jump {
    std::uint32_t rule = 0;
    std::size_t first_marker = 0;  // markers behind the rule begin here
    std::string name;
  };

  // Past the end where no such marker follows, as in ModSecurity.
  [[nodiscard]] std::size_t target_of(const Jump& jump, std::uint8_t phase) const {
    const std::size_t end = state_.set.phases[phase - 1U].steps.size();
    const auto named = markers_by_name_.find(jump.name);
    if (named == markers_by_name_.end()) return end;
    const auto found =
        std::lower_bound(named->second.begin(), named->second.end(), jump.first_marker);
    return found == named->second.end() ? end : markers_[*found].at[phase - 1U];
  }

  void add_marker(const std::string& name) {
    markers_by_name_[name].push_back(markers_.size());
    Marker marker;
    for (std::size_t i = 0; i < kPhaseCount; ++i) {
      marker.at[i] = state_.set.phases[i].steps.size();
    }
    markers_.push_back(marker);
  }

  void chain(const OutlineStep& step) {
    const std::uint8_t phase = phase_of(step.links[0].actions, 2, state_);
    const auto head = static_cast<std::uint32_t>(state_.set.rules.size());
    bool shadow = contains(options_.shadow_ids, step.id);
    for (std::size_t i = 0; i < step.links.size(); ++i) {
      const auto index = static_cast<std::uint32_t>(state_.set.rules.size());
      if (i > 0) state_.set.rules[index - 1U].next_in_chain = index;
      Rule rule = link(step.links[i], phase, i == 0 ? ActionScope::kHead : ActionScope::kLink);
      rule.chain_head = head;
      if (i == 0) shadow = shadow || has_shadow_tag(rule);
      rule.shadow = shadow;
      state_.set.rules.push_back(std::move(rule));
    }
    state_.set.phases[phase - 1U].steps.push_back(head);
    ++state_.set.rule_count;
  }

  [[nodiscard]] bool has_shadow_tag(const Rule& rule) const {
    return std::any_of(rule.tags.begin(), rule.tags.end(), [&](const MacroText& tag) {
      return std::find(options_.shadow_tags.begin(), options_.shadow_tags.end(), tag.text) !=
             options_.shadow_tags.end();
    });
  }

  Rule link(const seclang::RuleDirective& directive, std::uint8_t phase, ActionScope scope) {
    const ActionSet& defaults = defaults_[phase - 1U];
    ActionSet set = scope == ActionScope::kHead ? defaults : ActionSet();
    set.transforms = defaults.transforms;
    set.disruptive.reset();
    apply_actions(directive.actions, scope, set, state_);
    if (scope == ActionScope::kLink && phase_of(directive.actions, phase, state_) != phase) {
      state_.error(directive.position, "a chain runs in the phase of its first rule",
                   "leave phase out of the later rules");
    }
    Rule rule;
    rule.phase = phase;
    rule.file = directive.position.file ? *directive.position.file : std::string();
    rule.line = directive.position.line;
    rule.text = directive.text;
    set_chain(set, directive, rule);
    set_condition(directive, rule);
    if (scope == ActionScope::kHead) warn_of_missing_database(directive);
    check_xpath_prefixes(rule.targets, set.xml_namespaces, directive.position, state_);
    if (!set.skip_after.empty()) {
      jumps_.push_back(
          {static_cast<std::uint32_t>(state_.set.rules.size()), markers_.size(), set.skip_after});
    }
    set_disruption(set, defaults, rule);
    take(std::move(set), rule);
    return rule;
  }

  void set_chain(const ActionSet& set, const seclang::RuleDirective& directive, Rule& rule) {
    const std::optional<std::uint8_t> chain = state_.chain(set.transforms);
    if (!chain) {
      state_.error(directive.position,
                   "more than 256 different chains of transformations in one rule set");
    }
    rule.chain = chain.value_or(0);
  }

  // The Core Rule Set asks in later links, behind a setting that goes with a database.
  void warn_of_missing_database(const seclang::RuleDirective& directive) {
    if (!build_.geo_database.empty() || !seclang::same_name(directive.op.name, "geoLookup")) return;
    state_.warning(directive.op.position,
                   "@geoLookup is not evaluated without a database, and each time is counted",
                   "name one with SecGeoLookupDb");
  }

  void set_condition(const seclang::RuleDirective& directive, Rule& rule) {
    if (directive.kind != seclang::RuleDirective::Kind::kRule) {
      rule.op_name = "unconditionalMatch";
      return;
    }
    rule.targets = resolve_targets(directive.targets, directive.position, state_);
    rule.op_name = directive.op.name;
    rule.op_argument = directive.op.argument;
    rule.negated = directive.op.negated;
    const MacroUse use = takes_pattern(directive.op.name) ? MacroUse::kPattern : MacroUse::kText;
    MacroText macro = parse_macro(directive.op.argument, directive.op.position, state_, use);
    const OperatorEnvironment environment{
        .rule_folder = fs::path(rule.file).parent_path(),
        .geo_database = build_.geo_database,
        .http_bl_key = build_.http_bl_key,
        .pattern_match_limit = state_.set.options.pattern_match_limit,
        .argument_has_macro = has_macro(macro)};
    if (environment.argument_has_macro) rule.op_macro = std::move(macro);
    auto op = make_operator(directive.op.name, directive.op.argument, environment);
    if (op) {
      rule.op = *std::move(op);
    } else {
      state_.error(directive.op.position, op.error().message);
    }
  }

  static void set_disruption(const ActionSet& set, const ActionSet& defaults, Rule& rule) {
    rule.disruptive = set.disruptive.value_or(Disruptive::kPass);
    rule.redirect = set.redirect;  // the default's, where the rule says `block`
    if (rule.disruptive == Disruptive::kBlock) {
      rule.block_by_default = true;
      rule.disruptive = defaults.disruptive.value_or(Disruptive::kPass);
    }
    if (rule.disruptive == Disruptive::kRedirect) {
      const bool redirects = set.status && *set.status / 100 == 3;
      rule.status = redirects ? *set.status : 302;
    } else {
      rule.status = set.status.value_or(403);
    }
  }

  static void take(ActionSet set, Rule& rule) {
    rule.id = set.id;
    rule.multi_match = set.multi_match;
    rule.capture = set.capture;
    rule.actions = std::move(set.actions);
    rule.skip = set.skip;
    rule.log = set.log;
    rule.audit_log = set.audit_log;
    rule.message = std::move(set.message);
    rule.log_data = std::move(set.log_data);
    rule.tags = std::move(set.tags);
    rule.severity = set.severity;
    rule.revision = std::move(set.revision);
    rule.version = std::move(set.version);
    rule.maturity = std::move(set.maturity);
    rule.accuracy = std::move(set.accuracy);
    rule.xml_namespaces = std::move(set.xml_namespaces);
  }

  const DefaultActions& defaults_;
  const BuildOptions& build_;
  const CompileOptions& options_;
  BuildState& state_;
  std::vector<Marker> markers_;
  std::unordered_map<std::string, std::vector<std::size_t>> markers_by_name_;  // ascending
  std::vector<Jump> jumps_;
};

}  // namespace

void build_rules(const seclang::Document& document, const std::vector<OutlineStep>& outline,
                 const BuildOptions& build, const CompileOptions& options, BuildState& state) {
  const DefaultActions defaults = read_default_actions(document, state);
  RuleBuilder builder(defaults, build, options, state);
  for (const OutlineStep& step : outline) builder.step(step);
  builder.resolve_jumps();
}

}  // namespace yagura::waf::internal
