#pragma once

namespace yagura::cli {

// From here on SIGINT and SIGTERM do not end the program; stop_was_asked() says that one came.
void catch_stop_signals();
[[nodiscard]] bool stop_was_asked();

}  // namespace yagura::cli
