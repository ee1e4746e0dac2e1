#include "rules/language/string_literal.hpp"

namespace yagura::rules {

namespace {

constexpr std::string_view kEscapes = R"(bfnrt\/ )";
constexpr std::string_view kMeanings = "\b\f\n\r\t\\/\\";

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// The byte of two hexadecimal digits; -1: they are not there.
int byte_of(std::string_view digits) {
  if (digits.size() < 2) return -1;
  const int high = digit_of(digits[0]);
  const int low = digit_of(digits[1]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

}  // namespace

std::expected<Literal, ParseProblem> read_literal(std::string_view text, std::size_t at) {
  const char quote = text[at];
  const auto begin = static_cast<std::uint32_t>(at);
  Literal literal;
  for (++at; at < text.size(); ++at) {
    if (text[at] == quote) {
      literal.end = at + 1;
      return literal;
    }
    if (text[at] != '\\') {
      literal.text += text[at];
      continue;
    }
    if (++at == text.size()) break;
    const std::size_t escape = kEscapes.find(text[at]);
    if (text[at] == quote) {
      literal.text += quote;
    } else if (escape != std::string_view::npos) {
      literal.text += kMeanings[escape];
    } else if (const int byte = text[at] == 'x' ? byte_of(text.substr(at + 1)) : -1; byte >= 0) {
      literal.text += static_cast<char>(byte);
      at += 2;
    } else {
      return std::unexpected(ParseProblem{
          .offset = static_cast<std::uint32_t>(at - 1),
          .message = std::string("unknown escape \\") + text[at] + " in a quoted string",
          .hint =
              R"(known: \b \f \n \r \t \\ \/ \xHH and the quote itself; write \\ for a backslash)"});
    }
  }
  return std::unexpected(ParseProblem{.offset = begin,
                                      .message = "a quoted string that does not end",
                                      .hint = std::string("close it with ") + quote});
}

}  // namespace yagura::rules
