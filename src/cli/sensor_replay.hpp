#pragma once

#include "cli/command.hpp"

namespace yagura::cli {

// Adds `replay` to `yagura sensor`.
void add_sensor_replay(CLI::App& sensor, ExitCode& exit_code);

}  // namespace yagura::cli
