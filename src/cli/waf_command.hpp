#pragma once

#include "cli/command.hpp"

namespace yagura::cli {

// yagura waf test | check | lint | list
void add_waf_command(CLI::App& app, ExitCode& exit_code);

}  // namespace yagura::cli
