#pragma once

#include "cli/command.hpp"

namespace CLI {
class App;
}

namespace yagura::cli {

// yagura rules audit|lint|list|coverage
void add_rules_command(CLI::App& app, ExitCode& exit_code);

}  // namespace yagura::cli
