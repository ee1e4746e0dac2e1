#include "rules/coverage/coverage.hpp"

#include <algorithm>
#include <array>

namespace yagura::rules {

namespace {

bool is_number_behind(std::string_view tag, std::string_view prefix) {
  if (!tag.starts_with(prefix) || tag.size() == prefix.size()) return false;
  tag.remove_prefix(prefix.size());
  return std::ranges::all_of(tag, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

bool is_tactic(std::string_view tag) {
  return tag.starts_with("mitre_") || is_number_behind(tag, "TA");
}

void add_tags(const CompiledRule& rule, Coverage& coverage) {
  bool has_attack_tag = false;
  for (const std::string& tag : rule.tags) {
    const bool is_technique = is_number_behind(tag, "T");
    RulesBy& by = is_tactic(tag) ? coverage.tactics
                  : is_technique ? coverage.techniques
                                 : coverage.tags;
    by[tag].push_back(&rule);
    has_attack_tag = has_attack_tag || &by != &coverage.tags;
  }
  if (!has_attack_tag) coverage.without_attack_tags.push_back(&rule);
}

void add_types(const CompiledRule& rule, Coverage& coverage) {
  if (rule.source != Source::kSyscall) {
    coverage.event_types[std::string(to_string(rule.source))].push_back(&rule);
  } else if (rule.is_for_all_types) {
    coverage.event_types["all"].push_back(&rule);
  } else {
    for (const EventType type : rule.event_types) {
      coverage.event_types[std::string(event_type_name(type))].push_back(&rule);
    }
  }
}

std::map<std::string_view, bool> enabled_by_name(const RuleSet& set) {
  std::map<std::string_view, bool> enabled;
  for (const CompiledRule& rule : set.rules) enabled[rule.name] = rule.enabled;
  return enabled;
}

}  // namespace

Coverage coverage_of(const RuleSet& set) {
  Coverage coverage;
  for (const CompiledRule& rule : set.rules) {
    ++coverage.rules;
    coverage.enabled += rule.enabled ? 1 : 0;
    add_tags(rule, coverage);
    add_types(rule, coverage);
  }
  return coverage;
}

std::size_t enabled_count(const std::vector<const CompiledRule*>& rules) {
  return static_cast<std::size_t>(
      std::ranges::count_if(rules, [](const CompiledRule* rule) { return rule->enabled; }));
}

std::vector<CoverageChange> changes_of(const RulesBy& before, const RulesBy& after) {
  std::map<std::string_view, CoverageChange> all;
  for (const auto& [name, rules] : before) {
    all[name] = {.name = name, .before = enabled_count(rules), .after = 0};
  }
  for (const auto& [name, rules] : after) {
    CoverageChange& change = all[name];
    change.name = name;
    change.after = enabled_count(rules);
  }
  std::vector<CoverageChange> changes;
  for (auto& [name, change] : all) {
    if (change.before != change.after) changes.push_back(std::move(change));
  }
  return changes;
}

std::string_view to_string(RuleChange::Kind kind) {
  static constexpr std::array<std::string_view, 4> kNames = {"removed", "added", "disabled",
                                                             "enabled"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::vector<RuleChange> changes_of(const RuleSet& before, const RuleSet& after) {
  const auto old_rules = enabled_by_name(before);
  const auto new_rules = enabled_by_name(after);
  std::vector<RuleChange> changes;
  for (const auto& [name, was_enabled] : old_rules) {
    const auto found = new_rules.find(name);
    if (found == new_rules.end()) {
      changes.push_back({.name = std::string(name), .kind = RuleChange::Kind::kRemoved});
    } else if (found->second != was_enabled) {
      changes.push_back(
          {.name = std::string(name),
           .kind = found->second ? RuleChange::Kind::kEnabled : RuleChange::Kind::kDisabled});
    }
  }
  for (const auto& [name, is_enabled] : new_rules) {
    if (!old_rules.contains(name)) {
      changes.push_back({.name = std::string(name), .kind = RuleChange::Kind::kAdded});
    }
  }
  std::ranges::sort(changes, {}, &RuleChange::name);
  return changes;
}

}  // namespace yagura::rules
