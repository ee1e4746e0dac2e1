#pragma once

// The two tokens of JSON that have an inside.

#include <optional>
#include <string_view>

namespace yagura::waf::internal {

// RFC 8259, section 6.
[[nodiscard]] bool is_json_number(std::string_view raw);

// Undoes the escapes of a string's inside into `out`, which holds raw.size() bytes (the result is
// never longer). Half a surrogate pair becomes U+FFFD. Returns the length, or nothing where a
// backslash begins no escape.
[[nodiscard]] std::optional<std::size_t> unescape_json(std::string_view raw, char* out);

// How many bytes at the end of a string that was cut begin an escape without finishing it: of "\",
// "\u", "\u0", "\u00" and "\u004". 0: none.
[[nodiscard]] std::size_t half_escape_size(std::string_view raw);

}  // namespace yagura::waf::internal
