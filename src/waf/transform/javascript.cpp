// jsDecode: the escapes of JavaScript strings (ECMAScript, section 12.9.4, and the octal ones of
// annex B). escapeSeqDecode: those of ANSI C. In both a backslash before a byte that begins no
// escape is dropped.

#include <optional>

#include "waf/transform/internal/ascii.hpp"
#include "waf/transform/internal/functions.hpp"
#include "waf/transform/internal/write.hpp"

namespace yagura::waf::internal {
namespace {

constexpr std::optional<char> control_letter(char byte) {
  switch (byte) {
    case 'a':
      return '\a';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'v':
      return '\v';
    default:
      return std::nullopt;
  }
}

bool has_hex(const char* from, const char* end, std::size_t count) {
  return run_length(from, end, count, is_hex) == count;
}

char octal_byte(const char* digits, std::size_t count) {
  unsigned value = 0;
  for (std::size_t i = 0; i < count; ++i)
    value = value * 8 + static_cast<unsigned>(digits[i] - '0');
  return static_cast<char>(value & 0xff);
}

// The third octal digit belongs to the escape only where the value stays under 256.
std::size_t js_octal_length(const char* from, const char* end) {
  const std::size_t count = run_length(from, end, 3, is_octal);
  return count == 3 && from[0] > '3' ? 2 : count;
}

const char* decode_js(const char* from, const char* end, char*& to) {
  const char* const escape = from + 1;
  if (escape == end) {
    *to++ = *from;
    return escape;
  }
  if (*escape == 'u' && has_hex(escape + 1, end, 4)) {
    *to++ = narrow_code_unit(escape + 1);
    return escape + 5;
  }
  if (*escape == 'x' && has_hex(escape + 1, end, 2)) {
    *to++ = hex_byte(escape + 1);
    return escape + 3;
  }
  if (const std::size_t digits = js_octal_length(escape, end); digits > 0) {
    *to++ = octal_byte(escape, digits);
    return escape + digits;
  }
  *to++ = control_letter(*escape).value_or(*escape);
  return escape + 1;
}

const char* decode_c(const char* from, const char* end, char*& to) {
  const char* const escape = from + 1;
  if (escape == end) {
    *to++ = *from;
    return escape;
  }
  if (to_lower(*escape) == 'x' && has_hex(escape + 1, end, 2)) {
    *to++ = hex_byte(escape + 1);
    return escape + 3;
  }
  if (const std::size_t digits = run_length(escape, end, 3, is_octal); digits > 0) {
    *to++ = octal_byte(escape, digits);
    return escape + digits;
  }
  *to++ = control_letter(*escape).value_or(*escape);
  return escape + 1;
}

}  // namespace

std::string_view js_decode(std::string_view input, std::string& out) {
  return decode_marked(input, '\\', out, decode_js);
}

std::string_view escape_seq_decode(std::string_view input, std::string& out) {
  return decode_marked(input, '\\', out, decode_c);
}

}  // namespace yagura::waf::internal
