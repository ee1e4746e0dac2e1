#include "cli/stop_signal.hpp"

#include <csignal>

namespace yagura::cli {
namespace {

volatile std::sig_atomic_t asked = 0;

extern "C" void note_stop(int /*signal*/) { asked = 1; }

}  // namespace

void catch_stop_signals() {
  struct sigaction action{};
  action.sa_handler = &note_stop;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool stop_was_asked() { return asked != 0; }

}  // namespace yagura::cli
