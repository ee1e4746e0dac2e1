#pragma once

// `yagura sensor policy`: check policies, show what this node can refuse, end enforcement.

#include "cli/command.hpp"

namespace yagura::cli {

void add_sensor_policy(CLI::App& sensor, ExitCode& exit_code);

}  // namespace yagura::cli
