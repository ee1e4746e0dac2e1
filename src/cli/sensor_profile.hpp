#pragma once

// `yagura sensor profile`: what was learned of workloads, and what can be made of it.

#include "cli/command.hpp"

namespace yagura::cli {

void add_sensor_profile(CLI::App& sensor, ExitCode& exit_code);

}  // namespace yagura::cli
