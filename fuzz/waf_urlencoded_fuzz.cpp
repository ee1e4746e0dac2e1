// Urlencoded texts: a plain reading of the format agrees, pieces make no difference, and what is
// read and encoded again reads the same.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/check.hpp"
#include "waf/body/body.hpp"
#include "waf/body/testing/dump.hpp"

namespace {

using yagura::core::Arena;
using yagura::waf::Argument;
using yagura::waf::BodyKind;
using yagura::waf::BodyLimits;
using yagura::waf::ParsedBody;

const BodyLimits kLimits{.max_arguments = 1 << 30, .max_body_no_files = 1 << 30};

int hex(char byte) {
  const std::size_t at = std::string_view("0123456789abcdefABCDEF").find(byte);
  if (at == std::string_view::npos) return -1;
  return static_cast<int>(at < 16 ? at : at - 6);
}

std::string plain_decode(std::string_view text, bool& invalid) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else if (i + 2 < text.size() && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0) {
      out += static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
      i += 2;
    } else {
      invalid = true;
      out += '%';
    }
  }
  return out;
}

std::string encode(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const char byte : text) {
    const auto code = static_cast<unsigned char>(byte);
    ((out += '%') += kDigits[code >> 4]) += kDigits[code & 15];
  }
  return out;
}

void check_plainly(std::string_view text, const ParsedBody& body) {
  bool invalid = false;
  std::size_t next = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('&', begin), text.size());
    const std::string_view pair = text.substr(begin, end - begin);
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const std::string_view value = pair.substr(std::min(equals + 1, pair.size()));
    YAGURA_CHECK(next < body.arguments.size(), "an argument is missing");
    const Argument& argument = body.arguments[next++];
    YAGURA_CHECK(argument.name == plain_decode(pair.substr(0, equals), invalid), "a name differs");
    YAGURA_CHECK(argument.value == plain_decode(value, invalid), "a value differs");
    YAGURA_CHECK(text.substr(argument.offset, value.size()) == value, "an offset is wrong");
    begin = end + 1;
  }
  YAGURA_CHECK(next == body.arguments.size(), "an argument too many");
  YAGURA_CHECK(invalid == body.urlencoded_error, "urlencoded_error is wrong");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::size_t step = data[0] % 64 + std::size_t{1};
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  Arena arena;
  ParsedBody body;
  read_urlencoded(text, kLimits, arena, body);
  check_plainly(text, body);

  const std::string dumped = yagura::waf::testing::dump(body);
  YAGURA_CHECK(
      dumped == yagura::waf::testing::read_body(BodyKind::kUrlEncoded, "", text, kLimits, step),
      "pieces make a difference");

  std::string again;
  for (const Argument& argument : body.arguments) {
    again += encode(argument.name) + "=" + encode(argument.value) + "&";
  }
  ParsedBody second;
  read_urlencoded(again, kLimits, arena, second);
  YAGURA_CHECK(second.arguments.size() == body.arguments.size() && !second.urlencoded_error,
               "the second reading differs in number");
  for (std::size_t i = 0; i < body.arguments.size(); ++i) {
    YAGURA_CHECK(second.arguments[i].name == body.arguments[i].name, "a name changed on the way");
    YAGURA_CHECK(second.arguments[i].value == body.arguments[i].value,
                 "a value changed on the way");
  }

  std::vector<Argument> cookies;
  YAGURA_CHECK(read_cookies(text, 1 << 30, cookies), "cookies were left out");
  for (const Argument& cookie : cookies) {
    YAGURA_CHECK(text.substr(cookie.offset, cookie.value.size()) == cookie.value,
                 "a cookie is not at its offset");
    YAGURA_CHECK(cookie.name.find(';') == std::string_view::npos, "a cookie holds a separator");
  }
  return 0;
}
