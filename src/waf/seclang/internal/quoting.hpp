#pragma once

// Escapes and quotes, the same in every part of a directive: a backslash and the byte behind it are
// a pair; a pair whose second byte is a quote in force stands for that byte, every other pair (also
// two backslashes) stays as written, because patterns need it.

#include <cstdint>
#include <string>
#include <string_view>

namespace yagura::waf::seclang {

// Offset of the first unescaped `quote` from `start` on; npos: none.
[[nodiscard]] std::size_t find_closing(std::string_view text, std::size_t start, char quote);
// Pairs of a backslash and one of `quotes` become the quote.
[[nodiscard]] std::string unescape(std::string_view text, std::string_view quotes);
// The reverse; unescape(escape(t, q), q) is t, if t came from unescape.
[[nodiscard]] std::string escape(std::string_view text, std::string_view quotes);
// Ends in a backslash that has no byte behind it.
[[nodiscard]] bool has_dangling_backslash(std::string_view text);

}  // namespace yagura::waf::seclang
