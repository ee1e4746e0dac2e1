#pragma once

// Text of strangers, made safe for a terminal or a log that a person reads.

#include <array>
#include <string>
#include <string_view>

namespace yagura::core {

// What reorders or hides text: C1 controls, bidirectional controls, invisible format characters,
// line separators, private use. O(log ranges).
[[nodiscard]] bool is_deceptive(char32_t code_point);

// What each ASCII character becomes; empty: it stands for itself, or is spelt out where it is a
// control.
using EscapeTable = std::array<std::string_view, 128>;

// Appends valid UTF-8: ASCII by the table, invalid bytes as U+FFFD; what would move the cursor,
// reorder or hide text is spelt out: \x1b, \u{202e}. Linear.
void append_visible(std::string& out, std::string_view text, const EscapeTable& table);

// Appends one line of valid UTF-8: line ends and tabs become blanks, invalid bytes U+FFFD, and what
// would move the cursor, reorder or hide text is spelt out: \x1b, \u{202e}. Linear.
void append_visible(std::string& out, std::string_view text);
[[nodiscard]] std::string visible(std::string_view text);

}  // namespace yagura::core
