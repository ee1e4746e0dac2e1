#pragma once

#include "cli/command.hpp"

namespace yagura::cli {

// `yagura policy list` and `yagura policy explain ID`: what is checked, and why.
void add_catalogue_commands(CLI::App& policy, ExitCode& exit_code);

}  // namespace yagura::cli
