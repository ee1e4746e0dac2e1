#include "kube/json/json_string.hpp"

#include "core/utf8.hpp"

namespace yagura::kube::json {

namespace {

// -1: no hexadecimal digit.
int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Four digits at `at`; -1: they are not there.
std::int32_t hex4(const char* at, const char* end) {
  if (end - at < 4) return -1;
  std::int32_t value = 0;
  for (int i = 0; i < 4; ++i) {
    const int digit = hex_digit(at[i]);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

const char* append_unicode_escape(const char*& at, const char* end, std::string& out) {
  const std::int32_t first = hex4(at + 2, end);
  if (first < 0) return "\\u needs four hexadecimal digits";
  if (first < 0xD800 || first > 0xDFFF) {
    core::append_utf8(out, static_cast<char32_t>(first));
    at += 6;
    return nullptr;
  }
  const bool pair = first < 0xDC00 && end - at >= 12 && at[6] == '\\' && at[7] == 'u';
  const std::int32_t second = pair ? hex4(at + 8, end) : -1;
  if (second < 0xDC00 || second > 0xDFFF) return "half of a surrogate pair stands alone";
  core::append_utf8(out,
                    static_cast<char32_t>(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)));
  at += 12;
  return nullptr;
}

// The character that a one-letter escape stands for; 0: none does.
char simple_escape(char letter) {
  switch (letter) {
    case '"':
      return '"';
    case '\\':
      return '\\';
    case '/':
      return '/';
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

const char* append_escape(const char*& at, const char* end, std::string& out) {
  if (end - at < 2) return "the text ends within an escape";
  if (at[1] == 'u') return append_unicode_escape(at, end, out);
  const char meaning = simple_escape(at[1]);
  if (meaning == 0) return "JSON has no such escape";
  out += meaning;
  at += 2;
  return nullptr;
}

}  // namespace yagura::kube::json
