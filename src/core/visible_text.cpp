// One loop copies runs of harmless bytes and hands every other character to the format's table;
// what is hidden or deceptive is treated alike in all.

#include "core/visible_text.hpp"

#include <algorithm>

#include "core/utf8.hpp"

namespace yagura::core {

namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// Format characters that reorder or hide text, line separators, and what XML does not allow. The
// zero width (non-)joiners stay: words of Persian, Hindi and others need them.
constexpr std::array<Range, 15> kDeceptive = {{
    {0x80, 0x9F},         // C1: some terminals obey them
    {0xAD, 0xAD},         // soft hyphen
    {0x61C, 0x61C},       // Arabic letter mark
    {0x180E, 0x180E},     // Mongolian vowel separator
    {0x200B, 0x200B},     // zero width space
    {0x200E, 0x200F},     // direction marks
    {0x2028, 0x202E},     // line and paragraph separators, embeddings and overrides
    {0x2060, 0x206F},     // invisible operators, isolates
    {0xFE00, 0xFE0E},     // variation selectors; the emoji one (FE0F) stays
    {0xFEFF, 0xFEFF},     // byte order mark
    {0xFFF9, 0xFFFB},     // interlinear annotation
    {0xFFFE, 0xFFFF},     // not characters
    {0x1D173, 0x1D17A},   // musical format controls
    {0xE0000, 0xE0FFF},   // tags, further variation selectors
    {0xF0000, 0x10FFFF},  // private use: no font knows them
}};

void append_hex(std::string& out, char32_t value, int least_digits) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  int digits = least_digits;
  while (digits < 6 && (value >> (4 * digits)) != 0) ++digits;
  while (digits-- > 0) out += kHex[(value >> (4 * digits)) & 15];
}

constexpr EscapeTable line_table() {
  EscapeTable table{};
  table['\n'] = " ";
  table['\r'] = " ";
  table['\t'] = " ";
  return table;
}
constexpr EscapeTable kLine = line_table();

// Length of what is harmless and can be copied as it is, from `at`.
std::size_t plain_length(std::string_view text, std::size_t at, const EscapeTable& table) {
  std::size_t end = at;
  while (end < text.size()) {
    const auto byte = static_cast<unsigned char>(text[end]);
    if (byte < 0x20 || byte >= 0x7F || !table[byte].empty()) break;
    ++end;
  }
  return end - at;
}

void append_ascii(std::string& out, unsigned char byte, const EscapeTable& table) {
  if (!table[byte].empty()) {
    out += table[byte];
  } else {
    out += "\\x";
    append_hex(out, byte, 2);
  }
}

}  // namespace

bool is_deceptive(char32_t code_point) {
  const auto* const at = std::ranges::lower_bound(kDeceptive, code_point, {}, &Range::last);
  return at != kDeceptive.end() && at->first <= code_point;
}

void append_visible(std::string& out, std::string_view text, const EscapeTable& table) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t plain = plain_length(text, at, table);
    out.append(text, at, plain);
    at += plain;
    if (at == text.size()) return;
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x80) {
      append_ascii(out, byte, table);
      ++at;
      continue;
    }
    const std::size_t length = utf8_sequence_length(text, at);
    if (length == 0) {
      out += "\xEF\xBF\xBD";
      ++at;
      continue;
    }
    const char32_t code_point = utf8_decode(text, at, length);
    if (is_deceptive(code_point)) {
      out += "\\u{";
      append_hex(out, code_point, 4);
      out += '}';
    } else {
      out.append(text, at, length);
    }
    at += length;
  }
}

void append_visible(std::string& out, std::string_view text) { append_visible(out, text, kLine); }

std::string visible(std::string_view text) {
  std::string out;
  append_visible(out, text);
  return out;
}

}  // namespace yagura::core
