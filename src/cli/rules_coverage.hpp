#pragma once

// `yagura rules coverage`: what rules are for, and what another set has more or less of.

#include "cli/command.hpp"

namespace yagura::cli {

// Adds it to `yagura rules`.
void add_rules_coverage(CLI::App& rules, ExitCode& exit_code);

}  // namespace yagura::cli
