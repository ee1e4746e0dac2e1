#pragma once

// The rules that an agent judges by: its files, with falco.yaml's selection applied.

#include "core/diagnostics.hpp"
#include "rules/judge/rule_files.hpp"
#include "sensor/agent/configuration.hpp"

namespace yagura::sensor {

// Null set where there are errors, all of which are in `diagnostics`. A selection that names no
// rule is a warning.
[[nodiscard]] rules::LoadedRules load_agent_rules(const Configuration& configuration,
                                                  Diagnostics& diagnostics);

}  // namespace yagura::sensor
