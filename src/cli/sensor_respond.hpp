#pragma once

// `yagura sensor respond`: by hand what rules can have done.

#include "cli/command.hpp"

namespace yagura::cli {

void add_sensor_respond(CLI::App& sensor, ExitCode& exit_code);

}  // namespace yagura::cli
