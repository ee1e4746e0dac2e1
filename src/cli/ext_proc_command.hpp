#pragma once

#include "cli/command.hpp"

namespace yagura::cli {

// `yagura gateway ext-proc …`: becomes the program yagura-ext-proc, which lies beside this one.
void add_ext_proc_command(CLI::App& gateway, ExitCode& exit_code);

}  // namespace yagura::cli
