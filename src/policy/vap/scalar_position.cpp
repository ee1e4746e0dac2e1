// Every style of YAML scalar (and a JSON string) keeps the value's characters other than white
// space in order; what differs is white space, quotes, escapes and the header of a block. So the
// n-th such character of the value is found by counting them in the text. A position on white space
// counts on from the character before it.

#include "policy/vap/scalar_position.hpp"

#include <algorithm>

namespace yagura::policy {

namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// One step of the written text: how many bytes it takes, and whether it stands for a character
// other than white space. Bytes of one character count once, at its first.
struct Step {
  std::size_t size = 1;
  bool is_visible = true;
};

Step escape_step(std::string_view raw, std::size_t at) {
  if (at + 1 >= raw.size()) return {};
  switch (raw[at + 1]) {
    case 'x':
      return {.size = 4};
    case 'u': {
      // A pair of surrogates (JSON) is one character.
      const bool high = at + 3 < raw.size() && (raw[at + 2] == 'd' || raw[at + 2] == 'D') &&
                        std::string_view("89abAB").find(raw[at + 3]) != std::string_view::npos;
      return {.size = static_cast<std::size_t>(high ? 12 : 6)};
    }
    case 'U':
      return {.size = 10};
    case 'n':
    case 't':
    case 'r':
    case ' ':
    case '\t':
    case '\n':
    case '\r':
      return {.size = 2, .is_visible = false};
    default:
      return {.size = 2};
  }
}

Step next_step(std::string_view raw, std::size_t at, char quote) {
  const char c = raw[at];
  if (quote == '"' && c == '\\') return escape_step(raw, at);
  if (quote == '\'' && c == '\'') return {.size = 2};
  return {.size = 1, .is_visible = !is_space(c) && !is_continuation(c)};
}

std::size_t count_visible(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return !is_space(c) && !is_continuation(c); }));
}

// Offset in `raw` of the visible character with this number, or of the end.
std::size_t find_visible(std::string_view raw, std::size_t at, char quote, std::size_t number) {
  while (at < raw.size()) {
    const Step step = next_step(raw, at, quote);
    if (step.is_visible) {
      if (number == 0) return at;
      --number;
    }
    at += step.size;
  }
  return raw.size();
}

}  // namespace

std::size_t byte_offset(std::string_view text, std::uint32_t code_points) {
  std::size_t at = 0;
  for (; at < text.size() && code_points > 0; --code_points) {
    ++at;
    while (at < text.size() && is_continuation(text[at])) ++at;
  }
  return at;
}

kube::Place place_in_scalar(const kube::Document& document, const kube::Node& scalar,
                            std::size_t offset) {
  const kube::Place start = document.place_of(scalar.begin());
  const std::string_view value = scalar.string_or();
  const std::size_t size = scalar.end() - scalar.begin();
  const std::string_view raw = start.source->text().substr(start.offset, size);
  if (raw.empty()) return start;

  std::size_t from = 0;
  char quote = 0;
  std::string_view body = raw;
  if (raw[0] == '"' || raw[0] == '\'') {
    quote = raw[0];
    from = 1;
    if (raw.size() > 1 && raw.back() == quote) body.remove_suffix(1);
  } else if (raw[0] == '|' || raw[0] == '>') {
    from = std::min(raw.find('\n'), raw.size());
  }

  offset = std::min(offset, value.size());
  const bool on_visible =
      offset < value.size() && !is_space(value[offset]) && !is_continuation(value[offset]);
  const std::size_t before = count_visible(value.substr(0, offset));
  std::size_t at = 0;
  if (on_visible || before == 0) {
    at = find_visible(body, from, quote, before);
  } else {
    // Behind the last visible character, as far as the value has white space on the same line.
    at = find_visible(body, from, quote, before - 1);
    if (at < body.size()) at += next_step(body, at, quote).size;
    while (at < body.size() && is_continuation(body[at])) ++at;
  }
  return document.place_of(static_cast<std::uint32_t>(scalar.begin() + at));
}

}  // namespace yagura::policy
