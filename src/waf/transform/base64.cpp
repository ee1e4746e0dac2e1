// base64Decode stops at the first byte that is no Base64 (line breaks excepted); base64DecodeExt
// skips such bytes and takes both alphabets, as tokens are written in the second. RFC 4648,
// sections 4 and 5.

#include <array>
#include <cstdint>

#include "waf/transform/internal/functions.hpp"
#include "waf/transform/internal/write.hpp"

namespace yagura::waf::internal {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

using Values = std::array<std::int8_t, 256>;

constexpr Values make_values() {
  Values values{};
  values.fill(-1);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::int8_t>(i);
  }
  return values;
}
constexpr Values kValues = make_values();

constexpr Values with_url_alphabet(Values values) {
  values['-'] = values['+'];
  values['_'] = values['/'];
  return values;
}
constexpr Values kValuesOfBoth = with_url_alphabet(make_values());

enum class OtherBytes : std::uint8_t { kStop, kSkip };

constexpr bool is_line_break(char byte) { return byte == '\r' || byte == '\n'; }

// Six bits a byte; a byte is written as soon as its eight bits are there. Bits left over at the
// end belong to no byte.
std::string_view decode(std::string_view input, std::string& out, OtherBytes others) {
  const Values& values = others == OtherBytes::kSkip ? kValuesOfBoth : kValues;
  return write_to(out, input.size(), [&](char* to) {
    std::uint32_t bits = 0;
    int count = 0;
    for (const char byte : input) {
      const std::int8_t value = values[static_cast<unsigned char>(byte)];
      if (value < 0) {
        if (byte == '=' && others == OtherBytes::kStop) break;
        if (others == OtherBytes::kSkip || is_line_break(byte)) continue;
        break;
      }
      bits = (bits << 6) | static_cast<std::uint32_t>(value);
      count += 6;
      if (count < 8) continue;
      count -= 8;
      *to++ = static_cast<char>((bits >> count) & 0xff);
    }
    return to;
  });
}

}  // namespace

std::string_view base64_decode(std::string_view input, std::string& out) {
  return decode(input, out, OtherBytes::kStop);
}

std::string_view base64_decode_ext(std::string_view input, std::string& out) {
  return decode(input, out, OtherBytes::kSkip);
}

std::string_view base64_encode(std::string_view input, std::string& out) {
  return write_to(out, (input.size() + 2) / 3 * 4, [&](char* to) {
    for (std::size_t at = 0; at < input.size(); at += 3) {
      const std::size_t have = input.size() - at;
      const auto byte = [&](std::size_t i) -> std::uint32_t {
        return i < have ? static_cast<unsigned char>(input[at + i]) : 0;
      };
      const std::uint32_t bits = (byte(0) << 16) | (byte(1) << 8) | byte(2);
      *to++ = kAlphabet[bits >> 18];
      *to++ = kAlphabet[(bits >> 12) & 63];
      *to++ = have > 1 ? kAlphabet[(bits >> 6) & 63] : '=';
      *to++ = have > 2 ? kAlphabet[bits & 63] : '=';
    }
    return to;
  });
}

}  // namespace yagura::waf::internal
