// urlDecode, urlDecodeUni (with the %uHHHH of IIS) and urlEncode. A percent sign that begins no
// escape stays, and so does what follows it.

#include <algorithm>

#include "waf/transform/internal/ascii.hpp"
#include "waf/transform/internal/functions.hpp"
#include "waf/transform/internal/write.hpp"

namespace yagura::waf::internal {
namespace {

bool has_hex(const char* from, const char* end, std::size_t count) {
  return run_length(from, end, count, is_hex) == count;
}

const char* decode_percent(const char* from, const char* end, char*& to) {
  if (has_hex(from + 1, end, 2)) {
    *to++ = hex_byte(from + 1);
    return from + 3;
  }
  *to++ = *from;
  return from + 1;
}

// `narrow` makes a byte of four hexadecimal digits.
template <typename Narrow>
const char* decode_percent_uni(const char* from, const char* end, char*& to, Narrow narrow) {
  const char* const letter = from + 1;
  if (letter != end && to_lower(*letter) == 'u' && has_hex(letter + 1, end, 4)) {
    *to++ = narrow(letter + 1);
    return letter + 5;
  }
  return decode_percent(from, end, to);
}

char* copy_plus_as_space(const char* from, const char* end, char* to) {
  return std::replace_copy(from, end, to, '+', ' ');
}

template <typename Decode>
std::string_view decode(std::string_view input, std::string& out, Decode decode_one) {
  const char* from = input.data();
  const char* const end = from + input.size();
  const char* percent = find_byte(from, end, '%');
  if (percent == end && input.find('+') == std::string_view::npos) return input;
  return write_to(out, input.size(), [&](char* to) {
    while (true) {
      to = copy_plus_as_space(from, percent, to);
      if (percent == end) return to;
      from = decode_one(percent, end, to);
      percent = find_byte(from, end, '%');
    }
  });
}

}  // namespace

std::string_view url_decode(std::string_view input, std::string& out) {
  return decode(input, out, decode_percent);
}

std::string_view url_decode_uni(std::string_view input, std::string& out) {
  return decode(input, out, [](const char* from, const char* end, char*& to) {
    return decode_percent_uni(from, end, to, narrow_code_unit);
  });
}

std::string_view url_decode_uni_mapped(std::string_view input, std::string& out,
                                       const UnicodeMap& map) {
  return decode(input, out, [&](const char* from, const char* end, char*& to) {
    return decode_percent_uni(from, end, to, [&](const char* digits) {
      return map.byte_of(code_unit(digits)).value_or(narrow_code_unit(digits));
    });
  });
}

std::string_view url_encode(std::string_view input, std::string& out) {
  return write_to(out, input.size() * 3, [&](char* to) {
    for (const char byte : input) {
      if (byte == ' ') {
        *to++ = '+';
      } else if (is_alphanumeric(byte) || byte == '*') {
        *to++ = byte;
      } else {
        *to++ = '%';
        *to++ = kHexDigits[static_cast<unsigned char>(byte) >> 4];
        *to++ = kHexDigits[static_cast<unsigned char>(byte) & 15];
      }
    }
    return to;
  });
}

}  // namespace yagura::waf::internal
