#pragma once

// `yagura sensor run`: the agent.

#include <string>
#include <vector>

#include "cli/command.hpp"

namespace yagura::cli {

void add_sensor_run(CLI::App& sensor, ExitCode& exit_code);

}  // namespace yagura::cli
