#pragma once

// `yagura gateway`: the WAF in front of a service, on Debian's nginx.

#include "cli/command.hpp"

namespace yagura::cli {

void add_gateway_command(CLI::App& app, ExitCode& exit_code);

}  // namespace yagura::cli
