#pragma once

#include "cli/command.hpp"

namespace yagura::cli {

// `yagura image`: what is in an image, and what is wrong with it.
void add_image_command(CLI::App& app, ExitCode& exit_code);

}  // namespace yagura::cli
