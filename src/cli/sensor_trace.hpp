#pragma once

#include "cli/command.hpp"

namespace yagura::cli {

// Adds `trace` to `yagura sensor`.
void add_sensor_trace(CLI::App& sensor, ExitCode& exit_code);

}  // namespace yagura::cli
