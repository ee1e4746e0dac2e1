#pragma once

// Bytes as the transformations classify them: ASCII only, independent of any locale.

#include <cstddef>
#include <cstdint>

namespace yagura::waf::internal {

// Space, and tab to carriage return, as isspace() of the C locale.
constexpr bool is_space(char byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); }

constexpr char kNoBreakSpace = static_cast<char>(0xA0);  // of Latin-1; what &nbsp; decodes to

constexpr bool is_space_or_nbsp(char byte) { return is_space(byte) || byte == kNoBreakSpace; }

constexpr bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }
constexpr bool is_octal(char byte) { return byte >= '0' && byte <= '7'; }

constexpr char to_lower(char byte) {
  return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + ('a' - 'A')) : byte;
}
constexpr char to_upper(char byte) {
  return byte >= 'a' && byte <= 'z' ? static_cast<char>(byte - ('a' - 'A')) : byte;
}
constexpr bool is_letter(char byte) { return to_lower(byte) >= 'a' && to_lower(byte) <= 'z'; }
constexpr bool is_alphanumeric(char byte) { return is_digit(byte) || is_letter(byte); }

// The value of a hexadecimal digit; -1 for any other byte.
constexpr int hex_value(char byte) {
  if (is_digit(byte)) return byte - '0';
  const char lower = to_lower(byte);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}
constexpr bool is_hex(char byte) { return hex_value(byte) >= 0; }

// Two hexadecimal digits as a byte; both must be digits.
constexpr char hex_byte(const char* digits) {
  return static_cast<char>((hex_value(digits[0]) << 4) | hex_value(digits[1]));
}

// How many of the at most `limit` bytes from `from` on satisfy `is`.
template <typename Is>
constexpr std::size_t run_length(const char* from, const char* end, std::size_t limit, Is is) {
  std::size_t length = 0;
  while (length < limit && from + length != end && is(from[length])) ++length;
  return length;
}

// The code unit of four digits as one byte: the low byte, and what a full-width form (U+FF01 to
// U+FF5E) stands for in ASCII, since applications and databases take one for the other.
constexpr char narrow_code_unit(const char* digits) {
  const char low = hex_byte(digits + 2);
  const bool full_width = to_lower(digits[0]) == 'f' && to_lower(digits[1]) == 'f';
  return full_width && low > 0 && low < 0x5f ? static_cast<char>(low + 0x20) : low;
}

constexpr std::uint16_t code_unit(const char* digits) {
  const auto high = static_cast<unsigned char>(hex_byte(digits));
  const auto low = static_cast<unsigned char>(hex_byte(digits + 2));
  return static_cast<std::uint16_t>(high << 8 | low);
}

inline constexpr char kHexDigits[] = "0123456789abcdef";

}  // namespace yagura::waf::internal
