#include "policy/syntax/internal/unescape.hpp"

#include <cstdint>

#include "core/utf8.hpp"

namespace yagura::policy::internal {

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The character that \c stands for, or -1.
int simple_escape(char c) {
  switch (c) {
    case 'a':
      return '\a';
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
    case 'v':
      return '\v';
    case '\\':
    case '?':
    case '"':
    case '\'':
    case '`':
      return c;
    default:
      return -1;
  }
}

class Unescaper {
 public:
  Unescaper(std::string_view text, bool bytes, std::string& out, UnescapeError& error)
      : text_(text), bytes_(bytes), out_(out), error_(error) {}

  // at_ stands behind the backslash.
  bool escape(std::size_t& at) {
    at_ = at;
    const bool good = escape_at();
    at = at_;
    return good;
  }

 private:
  bool escape_at() {
    const std::size_t begin = at_ - 1;
    if (at_ >= text_.size()) return wrong(begin, "a backslash ends the literal");
    const char c = text_[at_++];
    if (const int simple = simple_escape(c); simple >= 0) {
      out_ += static_cast<char>(simple);
      return true;
    }
    switch (c) {
      case 'x':
      case 'X':
        return number(begin, 2, 16, c);
      case 'u':
        return bytes_ ? not_in_bytes(begin, c) : number(begin, 4, 16, c);
      case 'U':
        return bytes_ ? not_in_bytes(begin, c) : number(begin, 8, 16, c);
      case '0':
      case '1':
      case '2':
      case '3':
        --at_;
        return number(begin, 3, 8, c);
      default:
        return wrong(begin, "unknown escape sequence: write \\\\ for a backslash");
    }
  }

  bool number(std::size_t begin, int digits, unsigned base, char kind) {
    std::uint32_t value = 0;
    for (int i = 0; i < digits; ++i) {
      const int digit = at_ < text_.size() ? hex_digit(text_[at_]) : -1;
      if (digit < 0 || static_cast<unsigned>(digit) >= base) {
        return wrong(begin, base == 8 ? "an octal escape needs three digits from 000 to 377"
                                      : std::string("\\") + kind + " needs " +
                                            std::to_string(digits) + " hexadecimal digits");
      }
      value = value * base + static_cast<unsigned>(digit);
      ++at_;
    }
    if (bytes_) {
      out_ += static_cast<char>(value);
      return true;
    }
    if (value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) {
      return wrong(begin, "the escape is no Unicode code point");
    }
    core::append_utf8(out_, value);
    return true;
  }

  bool not_in_bytes(std::size_t begin, char c) {
    return wrong(begin, std::string("\\") + c + " is not allowed in bytes: use \\x");
  }

  bool wrong(std::size_t at, std::string message) {
    error_ = {.at = at, .message = std::move(message)};
    return false;
  }

  std::string_view text_;
  bool bytes_;
  std::string& out_;
  UnescapeError& error_;
  std::size_t at_ = 0;
};

}  // namespace

bool unescape(std::string_view text, bool raw, bool bytes, std::string& out, UnescapeError& error) {
  Unescaper unescaper(text, bytes, out, error);
  std::size_t at = 0;
  while (at < text.size()) {
    const char c = text[at++];
    if (c == '\r') {
      out += '\n';
      if (at < text.size() && text[at] == '\n') ++at;
    } else if (c == '\\' && !raw) {
      if (!unescaper.escape(at)) return false;
    } else {
      out += c;
    }
  }
  return true;
}

}  // namespace yagura::policy::internal
