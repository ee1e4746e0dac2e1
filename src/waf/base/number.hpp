#pragma once

// Numbers in rules: what a text is as a number, and numbers that do not overflow.

#include <charconv>
#include <cstdint>
#include <limits>
#include <string_view>

namespace yagura::waf {

// The number that `text` begins with, after blanks and a sign; 0 where there is none, as
// ModSecurity reads scores. Out of range: the nearest that there is (libmodsecurity takes 0, which
// would let a huge Content-Length pass @gt).
[[nodiscard]] inline std::int64_t number_of(std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end && (*at == ' ' || (*at >= '\t' && *at <= '\r'))) ++at;
  if (at != end && *at == '+') {
    ++at;
    if (at != end && *at == '-') return 0;  // one sign
  }
  std::int64_t value = 0;
  const auto [stopped, error] = std::from_chars(at, end, value);
  if (error == std::errc::result_out_of_range) {
    return *at == '-' ? std::numeric_limits<std::int64_t>::min()
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

}  // namespace yagura::waf
