#pragma once

#include "cli/command.hpp"

namespace yagura::cli {

// `yagura db`: the database of advisories: build, info, update, import, export, sign, verify.
void add_db_command(CLI::App& app, ExitCode& exit_code);

}  // namespace yagura::cli
