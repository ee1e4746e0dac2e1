// hexEncode, hexDecode (pairs; a pair of other bytes stays, a byte left over goes), and
// sqlHexDecode (0x61 as MySQL reads it).

#include "waf/transform/internal/ascii.hpp"
#include "waf/transform/internal/functions.hpp"
#include "waf/transform/internal/write.hpp"

namespace yagura::waf::internal {
namespace {

bool starts_pair(const char* from, const char* end) {
  return end - from >= 2 && is_hex(from[0]) && is_hex(from[1]);
}

// Is `x` the x of a literal 0x61?
bool is_sql_literal(const char* begin, const char* x, const char* end) {
  return x != begin && x[-1] == '0' && starts_pair(x + 1, end);
}

const char* find_sql_literal(const char* begin, const char* from, const char* end) {
  for (; from != end; ++from) {
    if (to_lower(*from) == 'x' && is_sql_literal(begin, from, end)) return from - 1;
  }
  return end;
}

}  // namespace

std::string_view hex_encode(std::string_view input, std::string& out) {
  return write_to(out, input.size() * 2, [&](char* to) {
    for (const char byte : input) {
      *to++ = kHexDigits[static_cast<unsigned char>(byte) >> 4];
      *to++ = kHexDigits[static_cast<unsigned char>(byte) & 15];
    }
    return to;
  });
}

std::string_view hex_decode(std::string_view input, std::string& out) {
  return write_to(out, input.size(), [&](char* to) {
    const char* from = input.data();
    const char* const end = from + input.size();
    for (; end - from >= 2; from += 2) {
      if (starts_pair(from, end)) {
        *to++ = hex_byte(from);
      } else {
        to = copy_span(from, from + 2, to);
      }
    }
    return to;
  });
}

std::string_view sql_hex_decode(std::string_view input, std::string& out) {
  const char* from = input.data();
  const char* const end = from + input.size();
  const char* literal = find_sql_literal(from, from, end);
  if (literal == end) return input;
  return write_to(out, input.size(), [&](char* to) {
    while (true) {
      to = copy_span(from, literal, to);
      if (literal == end) return to;
      for (from = literal + 2; starts_pair(from, end); from += 2) *to++ = hex_byte(from);
      literal = find_sql_literal(from, from, end);
    }
  });
}

}  // namespace yagura::waf::internal
