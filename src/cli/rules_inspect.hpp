#pragma once

// `yagura rules lint|list`: for those who write and choose Falco rules.

#include "cli/command.hpp"

namespace yagura::cli {

// Adds them to `yagura rules`.
void add_rules_inspect(CLI::App& rules, ExitCode& exit_code);

}  // namespace yagura::cli
