#include "kube/yaml/fold.hpp"

#include <cstring>

#include "core/utf8.hpp"
#include "kube/yaml/chars.hpp"

namespace yagura::kube::yaml {

namespace {

void skip_blanks(const char*& at, const char* end) {
  while (at < end && is(*at, kBlank)) ++at;
}

void skip_line_end(const char*& at, const char* end) {
  if (*at == '\r' && at + 1 < end && at[1] == '\n') ++at;
  ++at;
}

void trim_blanks(std::string& out, std::size_t not_before) {
  while (out.size() > not_before && is(out.back(), kBlank)) out.pop_back();
}

// -1: no hexadecimal digit.
int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The code point of so many digits at `at`; above U+10FFFF: they are not there, or too large.
char32_t hex_code(const char* at, const char* end, std::ptrdiff_t digits) {
  static constexpr char32_t kBad = 0xFFFFFFFF;
  if (end - at < digits) return kBad;
  std::uint64_t value = 0;
  for (std::ptrdiff_t i = 0; i < digits; ++i) {
    const int digit = hex_digit(at[i]);
    if (digit < 0) return kBad;
    value = value * 16 + static_cast<std::uint64_t>(digit);
  }
  return value > 0x10FFFF ? kBad : static_cast<char32_t>(value);
}

bool is_surrogate(char32_t code_point, char32_t first) {
  return code_point >= first && code_point < first + 0x400;
}

// \x41, \u00e9, \U0001F3EF; `at` is behind the letter. Surrogates are taken as pairs, as JSON
// writes them.
const char* append_hex_escape(const char*& at, const char* end, std::ptrdiff_t digits,
                              std::string& out) {
  char32_t code_point = hex_code(at, end, digits);
  if (code_point > 0x10FFFF)
    return "this escape needs more hexadecimal digits, or means no character";
  at += digits;
  if (is_surrogate(code_point, 0xD800)) {
    const bool pair = digits == 4 && end - at >= 6 && at[0] == '\\' && at[1] == 'u';
    const char32_t low = pair ? hex_code(at + 2, end, 4) : 0;
    if (!is_surrogate(low, 0xDC00)) return "half of a surrogate pair stands alone";
    code_point = 0x10000 + ((code_point - 0xD800) << 10) + (low - 0xDC00);
    at += 6;
  } else if (is_surrogate(code_point, 0xDC00)) {
    return "half of a surrogate pair stands alone";
  }
  core::append_utf8(out, code_point);
  return nullptr;
}

// What a one-letter escape stands for (YAML 1.2.2, 5.7); null: there is no such escape.
const char* simple_escape(char letter) {
  switch (letter) {
    case 'a':
      return "\a";
    case 'b':
      return "\b";
    case 't':
    case '\t':
      return "\t";
    case 'n':
      return "\n";
    case 'v':
      return "\v";
    case 'f':
      return "\f";
    case 'r':
      return "\r";
    case 'e':
      return "\x1B";
    case ' ':
      return " ";
    case '"':
      return "\"";
    case '/':
      return "/";
    case '\\':
      return "\\";
    case 'N':
      return "\xC2\x85";
    case '_':
      return "\xC2\xA0";
    case 'L':
      return "\xE2\x80\xA8";
    case 'P':
      return "\xE2\x80\xA9";
    default:
      return nullptr;
  }
}

// `at` is at the backslash and moves behind the escape.
const char* append_escape(const char*& at, const char* end, std::string& out) {
  const char letter = at[1];
  at += 2;
  switch (letter) {
    case '0':
      out += '\0';
      return nullptr;
    case 'x':
      return append_hex_escape(at, end, 2, out);
    case 'u':
      return append_hex_escape(at, end, 4, out);
    case 'U':
      return append_hex_escape(at, end, 8, out);
    default:
      break;
  }
  const char* meaning = simple_escape(letter);
  if (meaning == nullptr) return "there is no such escape in a double-quoted string";
  out += meaning;
  return nullptr;
}

// An escaped line end joins the lines: it and the blanks in front of the next line vanish; empty
// lines behind it stay.
void join_lines(const char*& at, const char* end, std::string& out) {
  skip_line_end(at, end);
  skip_blanks(at, end);
  while (at < end && is(*at, kBreak)) {
    out += '\n';
    skip_line_end(at, end);
    skip_blanks(at, end);
  }
}

}  // namespace

void fold_line_ends(const char*& at, const char* end, std::string& out) {
  std::size_t count = 0;
  while (at < end && is(*at, kBreak)) {
    skip_line_end(at, end);
    skip_blanks(at, end);
    ++count;
  }
  if (count == 1) {
    out += ' ';
  } else {
    out.append(count - 1, '\n');
  }
}

void unfold_single_quoted(std::string_view inside, std::string& out) {
  out.clear();
  const char* at = inside.data();
  const char* end = at + inside.size();
  while (at < end) {
    if (is(*at, kBreak)) {
      trim_blanks(out, 0);
      fold_line_ends(at, end, out);
      continue;
    }
    if (*at == '\'') ++at;  // a quote is written twice
    out += *at++;
  }
}

TextProblem unfold_double_quoted(std::string_view inside, std::string& out) {
  out.clear();
  const char* at = inside.data();
  const char* end = at + inside.size();
  std::size_t escaped = 0;  // blanks up to here came from escapes: a line end does not trim them
  while (at < end) {
    if (is(*at, kBreak)) {
      trim_blanks(out, escaped);
      fold_line_ends(at, end, out);
      escaped = out.size();
    } else if (*at != '\\') {
      out += *at++;
    } else if (at + 1 < end && is(at[1], kBreak)) {
      ++at;
      join_lines(at, end, out);
      escaped = out.size();
    } else {
      const char* begin = at;
      if (const char* problem = append_escape(at, end, out))
        return {.at = begin, .problem = problem};
      escaped = out.size();
    }
  }
  return {};
}

}  // namespace yagura::kube::yaml
