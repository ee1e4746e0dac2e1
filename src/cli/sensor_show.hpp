#pragma once

#include "cli/command.hpp"

namespace yagura::cli {

// Adds `show` to `yagura sensor`.
void add_sensor_show(CLI::App& sensor, ExitCode& exit_code);

}  // namespace yagura::cli
