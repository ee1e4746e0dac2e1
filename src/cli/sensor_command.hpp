#pragma once

// `yagura sensor`: the agent, and what one asks about it, a file a subcommand.

#include "cli/command.hpp"

namespace yagura::cli {

void add_sensor_command(CLI::App& app, ExitCode& exit_code);

}  // namespace yagura::cli
