#pragma once

// Numbers in rules: what a text is as a number, and numbers that do not overflow.

#include <charconv>
#include <cstdint>
#include <limits>
#include <string_view>

namespace yagura::waf::internal {

// The number that `text` begins with, after blanks and a sign; 0 where there is none (as
// ModSecurity reads scores). Out of range: the nearest that there is.
[[nodiscard]] inline std::int64_t number_of(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size() && (text[at] == ' ' || (text[at] >= '\t' && text[at] <= '\r'))) ++at;
  if (at < text.size() && text[at] == '+') ++at;
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data() + at, end, value);
  if (error == std::errc::result_out_of_range) {
    return text[at] == '-' ? std::numeric_limits<std::int64_t>::min()
                           : std::numeric_limits<std::int64_t>::max();
  }
  return error == std::errc() ? value : 0;
}

[[nodiscard]] inline std::int64_t saturating_add(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return b < 0 ? std::numeric_limits<std::int64_t>::min()
               : std::numeric_limits<std::int64_t>::max();
}
[[nodiscard]] inline std::int64_t negated(std::int64_t a) {
  return a == std::numeric_limits<std::int64_t>::min() ? std::numeric_limits<std::int64_t>::max()
                                                       : -a;
}

}  // namespace yagura::waf::internal
