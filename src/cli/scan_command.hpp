#pragma once

#include "cli/command.hpp"

namespace yagura::cli {

// `yagura scan PATH…`: manifests judged by the shipped checks, by Pod Security levels, and by the
// user's own policies.
void add_scan_command(CLI::App& app, ExitCode& exit_code);

}  // namespace yagura::cli
