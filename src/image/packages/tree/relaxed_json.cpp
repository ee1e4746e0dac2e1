#include <cstddef>
#include <string>

#include "image/packages/tree/tree.hpp"

// One pass: what a comment covers becomes blanks (line ends stay, so that places remain true), and
// a comma is blanked once the next thing that counts is a closing bracket.

namespace yagura::image {
namespace {

constexpr std::size_t kNone = std::string::npos;

// The end of the string that begins at `at` (its quote).
std::size_t end_of_string(const std::string& text, std::size_t at) {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      return at + 1;
    }
  }
  return text.size();
}

std::size_t end_of_comment(const std::string& text, std::size_t at) {
  if (text[at + 1] == '/') {
    const auto end = text.find('\n', at);
    return end == kNone ? text.size() : end;
  }
  const auto end = text.find("*/", at + 2);
  return end == kNone ? text.size() : end + 2;
}

void blank(std::string& text, std::size_t begin, std::size_t end) {
  for (std::size_t i = begin; i < end; ++i) {
    if (text[i] != '\n' && text[i] != '\r') text[i] = ' ';
  }
}

}  // namespace

std::string strict_json(std::string_view relaxed) {
  std::string text(relaxed);
  std::size_t comma = kNone;  // the last thing that counts, where it is a comma
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '"') {
      at = end_of_string(text, at);
      comma = kNone;
    } else if (c == '/' && at + 1 < text.size() && (text[at + 1] == '/' || text[at + 1] == '*')) {
      const std::size_t end = end_of_comment(text, at);
      blank(text, at, end);
      at = end;
    } else {
      if ((c == '}' || c == ']') && comma != kNone) text[comma] = ' ';
      if (c != ' ' && c != '\t' && c != '\n' && c != '\r') comma = c == ',' ? at : kNone;
      ++at;
    }
  }
  return text;
}

}  // namespace yagura::image
