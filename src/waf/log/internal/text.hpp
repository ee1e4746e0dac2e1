#pragma once

// How hostile bytes are written into lines.

#include <chrono>
#include <string>
#include <string_view>

namespace yagura::waf::log {

// Bytes outside printable ASCII, and '"', as \xHH: one record stays one line, one field one field.
[[nodiscard]] std::string escaped(std::string_view text);
// The same and '\\', for what stands between quotes: no field can end in half an escape.
[[nodiscard]] std::string quotable(std::string_view text);
// Escaped, at most `limit` characters of the text, with a note of how many were left out, as
// ModSecurity writes it.
[[nodiscard]] std::string cut_and_escaped(std::string_view text, std::size_t limit);
[[nodiscard]] std::string cut_and_quotable(std::string_view text, std::size_t limit);

// For a terminal: valid UTF-8 stays, but controls, bytes that are none, and characters that turn
// the direction of writing become \xHH. Cut at `limit` bytes.
[[nodiscard]] std::string for_human(std::string_view text, std::size_t limit = 300);

// "2026-11-24T09:55:00.123456Z"
[[nodiscard]] std::string rfc3339(std::chrono::system_clock::time_point time);

[[nodiscard]] std::string lower(std::string_view text);  // ASCII letters

// The part of a URI before its query.
[[nodiscard]] std::string_view path_of(std::string_view uri);

}  // namespace yagura::waf::log
