#include "cli/command.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace yagura::cli {

ExitCode report_error(const Error& error) {
  std::fprintf(stderr, "yagura: error: %s\n", error.message.c_str());
  return error.code == ErrorCode::kInternal ? ExitCode::kInternal : ExitCode::kUsage;
}

void print_diagnostics(const Diagnostics& diagnostics) {
  const bool color = use_color(STDERR_FILENO);
  for (const Diagnostic& diagnostic : diagnostics.list()) {
    const char* paint = diagnostic.level == DiagnosticLevel::kError ? "\033[31m" : "\033[33m";
    std::fprintf(stderr, "%s%s%s\n", color ? paint : "", to_string(diagnostic).c_str(),
                 color ? "\033[0m" : "");
  }
  if (diagnostics.dropped_count() > 0) {
    std::fprintf(stderr, "… and %zu more\n", diagnostics.dropped_count());
  }
}

bool use_color(int stream) {
  const char* no_color = std::getenv("NO_COLOR");
  if (no_color != nullptr && *no_color != '\0') return false;
  const char* term = std::getenv("TERM");
  if (term != nullptr && std::string_view(term) == "dumb") return false;
  return ::isatty(stream) == 1;
}

unsigned terminal_width(unsigned otherwise) {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return otherwise;
}

}  // namespace yagura::cli
