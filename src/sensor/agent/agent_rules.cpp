#include "sensor/agent/agent_rules.hpp"

#include <algorithm>
#include <iterator>

#include "sensor/enforce/policy/policy_reader.hpp"

namespace yagura::sensor {
namespace {

bool is_selected(const RuleSelection& selection, const rules::RuleDefinition& rule) {
  if (!selection.tag.empty()) return std::ranges::count(rule.tags, selection.tag) > 0;
  return matches_rule_name(selection.rule, rule.name);
}

void select(const std::vector<RuleSelection>& selections, rules::Definitions& definitions,
            Diagnostics& diagnostics) {
  for (const RuleSelection& selection : selections) {
    bool found = false;
    for (rules::RuleDefinition& rule : definitions.rules.entries()) {
      if (!is_selected(selection, rule)) continue;
      rule.enabled = selection.enable;
      found = true;
    }
    if (found) continue;
    diagnostics.warning(selection.place.file, selection.place.line, selection.place.column,
                        selection.tag.empty() ? "no rule is called \"" + selection.rule + "\""
                                              : "no rule has the tag \"" + selection.tag + "\"",
                        "`yagura rules list` shows names and tags");
  }
}

}  // namespace

// Linear but for the retries of one star.
bool matches_rule_name(std::string_view pattern, std::string_view name) {
  std::size_t at = 0;
  std::size_t in_name = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (in_name < name.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      resume = in_name;
    } else if (at < pattern.size() && pattern[at] == name[in_name]) {
      ++at;
      ++in_name;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      in_name = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', at) == std::string_view::npos;
}

std::vector<enforce::Policy> load_agent_policies(const Configuration& configuration,
                                                 Diagnostics& diagnostics) {
  std::vector<enforce::Policy> policies;
  for (const auto& path : configuration.policies) {
    auto loaded = enforce::load_policies(path, diagnostics);
    if (!loaded) {
      diagnostics.error(path.string(), 0, 0, loaded.error().message);
      continue;
    }
    std::ranges::move(*loaded, std::back_inserter(policies));
  }
  return policies;
}

rules::LoadedRules load_agent_rules(const Configuration& configuration, Diagnostics& diagnostics) {
  return rules::load_rules(configuration.rules_files, rules::Source::kSyscall, diagnostics,
                           [&](rules::Definitions& definitions, Diagnostics& problems) {
                             select(configuration.selections, definitions, problems);
                           });
}

}  // namespace yagura::sensor
