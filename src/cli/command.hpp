#pragma once

// What all commands share: exit codes and where output goes.

#include <string>
#include <string_view>

#include "core/diagnostics.hpp"
#include "core/result.hpp"

namespace CLI {
class App;
}

namespace yagura::cli {

enum class ExitCode : int {
  kClean = 0,     // nothing at or above --fail-on; all tests passed
  kFindings = 1,  // findings, or failed tests
  kUsage = 2,     // wrong usage or input
  kInternal = 3,  // a bug of ours
};

inline constexpr std::string_view kVersion = "0.1.0";

// "yagura: error: …" on standard error; the exit code that goes with it.
ExitCode report_error(const Error& error);

// Each on a line on standard error; coloured where that is a terminal and NO_COLOR is not set.
void print_diagnostics(const Diagnostics& diagnostics);

// Whether output to this stream (STDOUT_FILENO, STDERR_FILENO) should have colours: a terminal,
// NO_COLOR not set, TERM not "dumb".
[[nodiscard]] bool use_color(int stream);

// Columns of the terminal behind standard output; `otherwise` where there is none.
[[nodiscard]] unsigned terminal_width(unsigned otherwise);

}  // namespace yagura::cli
