#include "image/packages/toml/toml_string.hpp"

#include "core/utf8.hpp"

namespace yagura::image {
namespace {

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return std::nullopt;
}

// The code point of \uXXXX or \UXXXXXXXX, `at` on its first digit.
bool take_code_point(std::string_view text, std::size_t& at, std::size_t digits, std::string& out) {
  char32_t code_point = 0;
  for (std::size_t i = 0; i < digits; ++i, ++at) {
    const auto digit = at < text.size() ? hex_digit(text[at]) : std::nullopt;
    if (!digit) return false;
    code_point = code_point * 16 + *digit;
  }
  core::append_utf8(out, code_point);
  return true;
}

// `at` stands behind the backslash.
bool take_escape(std::string_view text, std::size_t& at, bool multi_line, std::string& out) {
  if (at >= text.size()) return false;
  const char c = text[at++];
  switch (c) {
    case 'b':
      out.push_back('\b');
      return true;
    case 't':
      out.push_back('\t');
      return true;
    case 'n':
      out.push_back('\n');
      return true;
    case 'f':
      out.push_back('\f');
      return true;
    case 'r':
      out.push_back('\r');
      return true;
    case 'e':
      out.push_back('\x1b');
      return true;
    case '"':
    case '\\':
      out.push_back(c);
      return true;
    case 'u':
      return take_code_point(text, at, 4, out);
    case 'U':
      return take_code_point(text, at, 8, out);
    default:
      break;
  }
  // A line end that does not count takes the blanks behind it along.
  if (!multi_line || (c != '\n' && c != '\r' && c != ' ' && c != '\t')) return false;
  const auto next = text.find_first_not_of(" \t\r\n", at);
  at = next == std::string_view::npos ? text.size() : next;
  return true;
}

}  // namespace

std::optional<std::string> take_toml_string(std::string_view text, std::size_t& at) {
  const char quote = text[at];
  const bool multi_line = text.substr(at, 3) == std::string(3, quote);
  const std::string end(multi_line ? 3 : 1, quote);
  at += end.size();
  if (multi_line && text.substr(at, 1) == "\n") at += 1;
  if (multi_line && text.substr(at, 2) == "\r\n") at += 2;
  std::string out;
  while (at < text.size()) {
    if (text.substr(at, end.size()) == end) {
      at += end.size();
      // Up to two quotes may stand before the closing three.
      for (int i = 0; multi_line && i < 2 && at < text.size() && text[at] == quote; ++i, ++at) {
        out.push_back(quote);
      }
      return out;
    }
    const char c = text[at++];
    if (c == '\\' && quote == '"') {
      if (!take_escape(text, at, multi_line, out)) return std::nullopt;
    } else if (c == '\n' && !multi_line) {
      return std::nullopt;
    } else {
      out.push_back(c);
    }
  }
  return std::nullopt;
}

}  // namespace yagura::image
