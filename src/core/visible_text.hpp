#pragma once

// Text of strangers, made safe for a terminal or a log that a person reads.

#include <string>
#include <string_view>

namespace yagura::core {

// What reorders or hides text: C1 controls, bidirectional controls, invisible format characters,
// line separators, private use. O(log ranges).
[[nodiscard]] bool is_deceptive(char32_t code_point);

// Appends one line of valid UTF-8: line ends and tabs become blanks, invalid bytes U+FFFD, and what
// would move the cursor, reorder or hide text is spelt out: \x1b, \u{202e}. Linear.
void append_visible(std::string& out, std::string_view text);
[[nodiscard]] std::string visible(std::string_view text);

}  // namespace yagura::core
