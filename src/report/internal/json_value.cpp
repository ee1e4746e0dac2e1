// A pushdown automaton with its stack in one word: a bit for each open container says whether it is
// an object.

#include "report/internal/json_value.hpp"

#include <cstdint>

#include "core/utf8.hpp"

namespace yagura::report {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

class Recognizer {
 public:
  explicit Recognizer(std::string_view text) : text_(text) {}

  bool run() {
    if (!begin_value()) return false;
    while (depth_ > 0) {
      if (!next_in_container()) return false;
    }
    blanks();
    return at_ == text_.size();
  }

 private:
  static constexpr int kMaxDepth = 64;

  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    if (peek() != c || at_ >= text_.size()) return false;
    ++at_;
    return true;
  }
  void blanks() {
    while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') ++at_;
  }

  // A scalar whole, or the opening of a container up to its first value (or its end).
  bool begin_value() {
    blanks();
    switch (peek()) {
      case '"':
        return string();
      case '{':
        return open(true);
      case '[':
        return open(false);
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        return number();
    }
  }

  bool open(bool is_object) {
    if (depth_ == kMaxDepth) return false;
    ++at_;
    ++depth_;
    objects_ = (objects_ << 1) | (is_object ? 1U : 0U);
    fresh_ = true;
    return true;
  }

  // In a container: its end, or a comma and the next element.
  bool next_in_container() {
    const bool is_object = (objects_ & 1U) != 0;
    blanks();
    if (take(is_object ? '}' : ']')) {
      --depth_;
      objects_ >>= 1;
      fresh_ = false;
      return true;
    }
    if (!fresh_ && !take(',')) return false;
    fresh_ = false;
    if (is_object) {
      blanks();
      if (peek() != '"' || !string()) return false;
      blanks();
      if (!take(':')) return false;
    }
    return begin_value();
  }

  bool word(std::string_view expected) {
    if (text_.compare(at_, expected.size(), expected) != 0) return false;
    at_ += expected.size();
    return true;
  }

  bool digits() {
    const std::size_t start = at_;
    while (is_digit(peek())) ++at_;
    return at_ > start;
  }

  bool number() {
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (!take('e') && !take('E')) return true;
    if (!take('+')) take('-');
    return digits();
  }

  bool string() {
    ++at_;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') return take('"');
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c == '\\') {
        if (!escape()) return false;
        continue;
      }
      const std::size_t length = core::utf8_sequence_length(text_, at_);
      if (length == 0) return false;
      at_ += length;
    }
    return false;
  }

  bool escape() {
    ++at_;
    const char c = peek();
    if (std::string_view("\"\\/bfnrt").find(c) != std::string_view::npos && c != '\0') {
      ++at_;
      return true;
    }
    if (!take('u')) return false;
    for (int i = 0; i < 4; ++i) {
      if (!is_hex(peek())) return false;
      ++at_;
    }
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::uint64_t objects_ = 0;
  int depth_ = 0;
  bool fresh_ = false;  // the innermost container has no element yet
};

}  // namespace

bool is_json(std::string_view text) { return Recognizer(text).run(); }

}  // namespace yagura::report
