#pragma once

#include "cli/command.hpp"

namespace yagura::cli {

// `yagura policy lint|test|eval`: for those who write admission policies. Returns the command, to
// which others add theirs.
CLI::App& add_policy_command(CLI::App& app, ExitCode& exit_code);

}  // namespace yagura::cli
