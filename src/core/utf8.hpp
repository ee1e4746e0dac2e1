#pragma once

// UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates, nothing above U+10FFFF.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace yagura::core {

// Length in bytes (1 to 4) of the valid sequence that starts at `at`, or 0. Precondition: at <
// text.size().
[[nodiscard]] std::size_t utf8_sequence_length(std::string_view text, std::size_t at);

// The code point of a valid sequence of `length` bytes at `at`.
[[nodiscard]] char32_t utf8_decode(std::string_view text, std::size_t at, std::size_t length);

// Appends a code point; one that is not a Unicode scalar value becomes U+FFFD.
void append_utf8(std::string& out, char32_t code_point);

// Offset of the first byte that is not part of a valid sequence, or npos. Linear; fast for ASCII.
[[nodiscard]] std::size_t find_invalid_utf8(std::string_view text);

// Number of code points of valid UTF-8. Linear.
[[nodiscard]] std::size_t utf8_length(std::string_view text);

}  // namespace yagura::core
