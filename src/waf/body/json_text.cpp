#include "waf/body/internal/json_text.hpp"

#include <cstdint>

namespace yagura::waf::internal {
namespace {

bool skip_digits(std::string_view raw, std::size_t& at) {
  const std::size_t begin = at;
  while (at < raw.size() && raw[at] >= '0' && raw[at] <= '9') ++at;
  return at != begin;
}

// Four hexadecimal digits from `at` on, or -1.
int read_hex4(std::string_view raw, std::size_t at) {
  if (raw.size() < at + 4) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    const char byte = raw[i];
    int digit = 0;
    if (byte >= '0' && byte <= '9') {
      digit = byte - '0';
    } else if ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'f') {
      digit = (byte | 0x20) - 'a' + 10;
    } else {
      return -1;
    }
    value = value * 16 + digit;
  }
  return value;
}

char* write_utf8(char* out, std::uint32_t code_point) {
  const auto byte = [&out](std::uint32_t value) { *out++ = static_cast<char>(value); };
  if (code_point < 0x80) {
    byte(code_point);
  } else if (code_point < 0x800) {
    byte(0xc0 | code_point >> 6);
    byte(0x80 | (code_point & 0x3f));
  } else if (code_point < 0x10000) {
    byte(0xe0 | code_point >> 12);
    byte(0x80 | (code_point >> 6 & 0x3f));
    byte(0x80 | (code_point & 0x3f));
  } else {
    byte(0xf0 | code_point >> 18);
    byte(0x80 | (code_point >> 12 & 0x3f));
    byte(0x80 | (code_point >> 6 & 0x3f));
    byte(0x80 | (code_point & 0x3f));
  }
  return out;
}

// The code point of the \u whose digits are at `at`, moving past it and its second half.
std::optional<std::uint32_t> read_unicode_escape(std::string_view raw, std::size_t& at) {
  constexpr std::uint32_t kReplacement = 0xfffd;
  const int unit = read_hex4(raw, at);
  if (unit < 0) return std::nullopt;
  at += 4;
  if (unit < 0xd800 || unit > 0xdfff) return static_cast<std::uint32_t>(unit);
  if (unit > 0xdbff || raw.substr(at, 2) != "\\u") return kReplacement;
  const int low = read_hex4(raw, at + 2);
  if (low < 0xdc00 || low > 0xdfff) return kReplacement;
  at += 6;
  return static_cast<std::uint32_t>(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
}

// What a backslash and `byte` stand for, or 0.
char simple_escape(char byte) {
  switch (byte) {
    case '"':
    case '\\':
    case '/':
      return byte;
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
    default:
      return 0;
  }
}

}  // namespace

bool is_json_number(std::string_view raw) {
  std::size_t at = raw.starts_with('-') ? 1 : 0;
  if (at < raw.size() && raw[at] == '0') {
    ++at;
  } else if (!skip_digits(raw, at)) {
    return false;
  }
  if (at < raw.size() && raw[at] == '.') {
    ++at;
    if (!skip_digits(raw, at)) return false;
  }
  if (at < raw.size() && (raw[at] | 0x20) == 'e') {
    ++at;
    if (at < raw.size() && (raw[at] == '+' || raw[at] == '-')) ++at;
    if (!skip_digits(raw, at)) return false;
  }
  return at == raw.size();
}

std::optional<std::size_t> unescape_json(std::string_view raw, char* out) {
  const char* const begin = out;
  for (std::size_t at = 0; at < raw.size();) {
    const char byte = raw[at++];
    if (byte != '\\') {
      *out++ = byte;
      continue;
    }
    if (at == raw.size()) return std::nullopt;
    const char escape = raw[at++];
    if (escape == 'u') {
      const auto code_point = read_unicode_escape(raw, at);
      if (!code_point) return std::nullopt;
      out = write_utf8(out, *code_point);
    } else if (const char simple = simple_escape(escape); simple != 0) {
      *out++ = simple;
    } else {
      return std::nullopt;
    }
  }
  return static_cast<std::size_t>(out - begin);
}

std::size_t half_escape_size(std::string_view raw) {
  const std::size_t backslash = raw.rfind('\\');
  if (backslash == std::string_view::npos) return 0;
  const std::size_t before = raw.find_last_not_of('\\', backslash);
  const std::size_t run = backslash - (before == std::string_view::npos ? 0 : before + 1) + 1;
  if (run % 2 == 0) return 0;  // backslashes that are escaped, each by the one before it
  const std::string_view escape = raw.substr(backslash);
  const bool is_half =
      escape.size() == 1 ||
      (escape[1] == 'u' && escape.size() < 6 &&
       escape.find_first_not_of("0123456789abcdefABCDEF", 2) == std::string_view::npos);
  return is_half ? escape.size() : 0;
}

}  // namespace yagura::waf::internal
