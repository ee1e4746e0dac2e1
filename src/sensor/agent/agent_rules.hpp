#pragma once

// The rules that an agent judges by: its files, with falco.yaml's selection applied.

#include <string_view>
#include <vector>

#include "core/diagnostics.hpp"
#include "rules/judge/rule_files.hpp"
#include "sensor/agent/configuration.hpp"
#include "sensor/enforce/policy/policy.hpp"

namespace yagura::sensor {

// Null set where there are errors, all of which are in `diagnostics`. A selection that names no
// rule is a warning.
[[nodiscard]] rules::LoadedRules load_agent_rules(const Configuration& configuration,
                                                  Diagnostics& diagnostics);

// The policies of the configuration's files. Errors are in `diagnostics`.
[[nodiscard]] std::vector<enforce::Policy> load_agent_policies(const Configuration& configuration,
                                                               Diagnostics& diagnostics);

// Falco's patterns of rules' names: `*` stands for any text.
[[nodiscard]] bool matches_rule_name(std::string_view pattern, std::string_view name);

}  // namespace yagura::sensor
