// cssDecode: the escapes of CSS 2.1, section 4.1.3: a backslash and one to six hexadecimal digits,
// one white space after them belonging to the escape; a backslash before a line feed is nothing;
// before any other byte it stands for that byte.

#include "waf/transform/internal/ascii.hpp"
#include "waf/transform/internal/functions.hpp"
#include "waf/transform/internal/write.hpp"

namespace yagura::waf::internal {
namespace {

// The last two digits are the byte; with four digits (or more, with leading zeros) a full-width
// form is its ASCII counterpart.
char code_point_as_byte(const char* digits, std::size_t count) {
  if (count == 1) return static_cast<char>(hex_value(digits[0]));
  const char* const last = digits + count;
  const bool zeros_before = count == 4 || (count == 5 && digits[0] == '0') ||
                            (count == 6 && digits[0] == '0' && digits[1] == '0');
  return zeros_before ? narrow_code_unit(last - 4) : hex_byte(last - 2);
}

const char* decode_escape(const char* from, const char* end, char*& to) {
  ++from;  // the backslash
  if (from == end) return from;
  const std::size_t digits = run_length(from, end, 6, is_hex);
  if (digits > 0) {
    *to++ = code_point_as_byte(from, digits);
    from += digits;
    return from != end && is_space(*from) ? from + 1 : from;
  }
  if (*from != '\n') *to++ = *from;
  return from + 1;
}

}  // namespace

std::string_view css_decode(std::string_view input, std::string& out) {
  return decode_marked(input, '\\', out, decode_escape);
}

}  // namespace yagura::waf::internal
