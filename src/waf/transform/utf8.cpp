// utf8toUnicode: each UTF-8 sequence of two to four bytes becomes %uHHHH (more digits where the
// code point needs them), so that rules can look for it with urlDecodeUni. Overlong sequences are
// decoded, too: an application that accepts them sees the character (RFC 3629, section 10). Bytes
// that are no UTF-8 stay.

#include <cstdint>

#include "waf/transform/internal/ascii.hpp"
#include "waf/transform/internal/functions.hpp"
#include "waf/transform/internal/write.hpp"

namespace yagura::waf::internal {
namespace {

// The length that a lead byte announces; 0 where it is none.
constexpr std::size_t announced_length(unsigned char lead) {
  if ((lead & 0xe0) == 0xc0) return 2;
  if ((lead & 0xf0) == 0xe0) return 3;
  if ((lead & 0xf8) == 0xf0) return 4;
  return 0;
}

constexpr bool is_continuation(char byte) { return (byte & 0xc0) == 0x80; }

char* write_code_point(std::uint32_t code_point, char* to) {
  *to++ = '%';
  *to++ = 'u';
  int digits = 4;
  while (digits < 6 && (code_point >> (4 * digits)) != 0) ++digits;
  while (digits-- > 0) *to++ = kHexDigits[(code_point >> (4 * digits)) & 15];
  return to;
}

// Reads one sequence at `from`, a byte above 7F. Returns its end.
const char* convert(const char* from, const char* end, char*& to) {
  const auto lead = static_cast<unsigned char>(*from);
  const std::size_t length = announced_length(lead);
  const bool whole =
      length != 0 && run_length(from + 1, end, length - 1, is_continuation) == length - 1;
  if (!whole) {
    *to++ = *from;
    return from + 1;
  }
  std::uint32_t code_point = lead & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    code_point = (code_point << 6) | (static_cast<unsigned char>(from[i]) & 0x3fU);
  }
  to = write_code_point(code_point, to);
  return from + length;
}

const char* find_high(const char* from, const char* end) {
  for (; end - from >= 8; from += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, from, 8);
    if ((word & 0x8080'8080'8080'8080U) != 0) break;
  }
  while (from != end && static_cast<unsigned char>(*from) < 0x80) ++from;
  return from;
}

}  // namespace

std::string_view utf8_to_unicode(std::string_view input, std::string& out) {
  const char* from = input.data();
  const char* const end = from + input.size();
  const char* high = find_high(from, end);
  if (high == end) return input;
  // Two bytes become six: at most three times the size.
  return write_to(out, input.size() * 3, [&](char* to) {
    while (true) {
      to = copy_span(from, high, to);
      if (high == end) return to;
      from = convert(high, end, to);
      high = find_high(from, end);
    }
  });
}

}  // namespace yagura::waf::internal
