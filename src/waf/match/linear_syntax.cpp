#include "waf/match/internal/linear_syntax.hpp"

#include <algorithm>
#include <limits>

namespace yagura::waf::regex {

namespace {

// --- cost ---

constexpr std::uint32_t kFewPlaces = 8;  // a repetition that ends in fewer costs a factor, no power
constexpr unsigned kNested = 3;          // powers that stand for exponential growth

bool ends_in_many_places(const Node& repeat) {
  return repeat.max == kUnlimited || repeat.max - repeat.min >= kFewPlaces;
}

// Powers of the length that one attempt at one place may cost.
unsigned powers(const Node& node) {
  unsigned result = 0;
  for (const Node& child : node.children) {
    const unsigned of_child = powers(child);
    result = node.kind == Kind::kConcat ? result + of_child : std::max(result, of_child);
  }
  if (node.kind != Kind::kRepeat || node.max <= 1) return result;
  if (ends_in_many_places(node)) ++result;
  if (powers(node.children[0]) > 0) result += kNested;
  return result;
}

bool begins_at_start(const Node& node) {
  if (node.kind == Kind::kStart) return true;
  if (node.kind == Kind::kConcat && !node.children.empty()) {
    return begins_at_start(node.children.front());
  }
  return node.kind == Kind::kAlternate && !node.children.empty() &&
         std::all_of(node.children.begin(), node.children.end(), begins_at_start);
}

// --- syntax ---

int hex_digit(char byte) {
  if (byte >= '0' && byte <= '9') return byte - '0';
  const char low = static_cast<char>(byte | 0x20);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

bool is_flag(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '-' || byte == '^';
}

// The inside of a class with the bytes that PCRE2 means; empty: both engines mean the same.
std::string_view class_inside(char escape) {
  switch (escape) {
    case 's':
      return R"(\t-\r )";
    case 'S':
      return R"(\x00-\x08\x0e-\x1f!-\xff)";
    case 'v':
      return R"(\n-\r\x85)";
    case 'V':
      return R"(\x00-\t\x0e-\x84\x86-\xff)";
    case 'h':
      return R"(\t \xa0)";
    case 'H':
      return R"(\x00-\x08\n-\x1f!-\x9f\xa1-\xff)";
    default:
      return {};
  }
}

class Translator {
 public:
  Translator(std::string_view text, bool caseless)
      : text_(text), caseless_(caseless), has_branches_(text.find('|') != std::string_view::npos) {}

  std::optional<std::string> run() {
    while (at_ < text_.size()) {
      const char byte = text_[at_];
      if (byte == '\\') {
        if (!take_escape()) return std::nullopt;
        continue;
      }
      if (is_high(byte)) {
        if (caseless_) return std::nullopt;
        take_high(1);
      } else if (in_class_) {
        take_in_class(byte);
      } else if (byte == '{') {
        take_brace();
      } else if (byte == '[') {
        begin_class();
      } else {
        if (byte == '(' && !take_flags()) return std::nullopt;
        take(1);
      }
    }
    return std::move(out_);
  }

 private:
  void take(std::size_t count) {
    out_.append(text_.substr(at_, count));
    at_ += count;
  }

  static bool is_high(char byte) { return static_cast<unsigned char>(byte) >= 0x80; }

  // One byte above 0x7f in `count` bytes of the pattern. RE2 (20220601) forgets that a pattern is
  // Latin-1 where it takes out what branches begin with alike, a literal, and then looks for the
  // letter in UTF-8. A repetition of one time is no literal.
  void take_high(std::size_t count) {
    if (in_class_) {
      class_is_high_ = true;
      take(count);
    } else if (has_branches_) {
      out_.append("(?:");
      take(count);
      out_.append("{1})");
    } else {
      take(count);
    }
  }

  // At "(": what (?flags) say from here on. The letters themselves are taken as any text.
  bool take_flags() {
    std::size_t end = at_ + 1;
    if (end >= text_.size() || text_[end] != '?') return true;
    for (++end; end < text_.size() && is_flag(text_[end]); ++end) {
      if (text_[end] == 'i') caseless_ = true;
      // PCRE2's ^ does not match behind a line feed that ends the value, RE2's does.
      if (text_[end] == 'm' && text_.find('^') != std::string_view::npos) return false;
    }
    return true;
  }

  // "{3,5}", or a brace that stands for itself. PCRE2 reads "{03,}" as a repetition, RE2 as text.
  void take_brace() {
    std::size_t end = at_ + 1;
    const std::string_view min = digits(end);
    std::string_view max;
    const bool range = end < text_.size() && text_[end] == ',';
    if (range) max = digits(++end);
    if (min.empty() || end >= text_.size() || text_[end] != '}') {
      take(1);
      return;
    }
    out_.append("{").append(without_zeros(min));
    if (range) out_.append(",").append(without_zeros(max));
    out_.append("}");
    at_ = end + 1;
  }
  [[nodiscard]] std::string_view digits(std::size_t& at) const {
    const std::size_t begin = at;
    while (at < text_.size() && text_[at] >= '0' && text_[at] <= '9') ++at;
    return text_.substr(begin, at - begin);
  }
  static std::string_view without_zeros(std::string_view digits) {
    while (digits.size() > 1 && digits.front() == '0') digits.remove_prefix(1);
    return digits;
  }

  // At '[': a ']' that comes first, also after '^', stands for itself.
  void begin_class() {
    in_class_ = true;
    class_is_high_ = false;
    class_begin_ = out_.size();
    take(1);
    if (text_.substr(at_).starts_with('^')) take(1);
    if (text_.substr(at_).starts_with(']')) take(1);
  }

  void take_in_class(char byte) {
    if (byte == '[' && text_.substr(at_).starts_with("[:")) {
      const std::size_t end = text_.find(":]", at_ + 2);
      if (end != std::string_view::npos) {
        take(end + 2 - at_);
        return;
      }
    }
    take(1);
    if (byte != ']') return;
    in_class_ = false;
    if (class_is_high_ && has_branches_) {  // a class of one byte is a literal to RE2
      out_.insert(class_begin_, "(?:").append("{1})");
    }
  }

  bool take_escape() {
    if (at_ + 1 >= text_.size()) {
      take(1);
      return true;
    }
    const char escape = text_[at_ + 1];
    if (escape == 'Q') {
      const std::size_t end = std::min(text_.find("\\E", at_ + 2), text_.size());
      const std::string_view literal = text_.substr(at_, end - at_);
      take(literal.size());
      return std::none_of(literal.begin(), literal.end(), is_high);
    }
    if (escape == 'x') return take_hex();
    // A group or a byte in octal, by the number of groups; classes that RE2 folds by itself.
    if ((escape >= '1' && escape <= '9') || escape == 'p' || escape == 'P') return false;
    const std::string_view inside = class_inside(escape);
    if (inside.empty()) {
      take(2);
      return true;
    }
    if (in_class_) {
      out_.append(inside);
    } else {
      out_.append("[").append(inside).append("]");
    }
    at_ += 2;
    return true;
  }

  // "\xHH", "\xH", "\x{H…}".
  bool take_hex() {
    const bool braced = at_ + 2 < text_.size() && text_[at_ + 2] == '{';
    const std::size_t begin = at_ + 2 + (braced ? 1 : 0);
    std::size_t end = begin;
    unsigned value = 0;
    while (end < text_.size() && hex_digit(text_[end]) >= 0 && (braced || end < begin + 2)) {
      value = value * 16 + static_cast<unsigned>(hex_digit(text_[end]));
      if (value > 0xff) return false;
      ++end;
    }
    if (braced && (end >= text_.size() || text_[end] != '}')) return false;
    if (!braced && end < begin + 2) return false;
    const std::size_t count = end + (braced ? 1 : 0) - at_;
    if (value < 0x80) {
      take(count);
      return true;
    }
    take_high(count);
    return !caseless_;
  }

  std::string_view text_;
  bool caseless_;
  const bool has_branches_;
  std::size_t at_ = 0;
  bool in_class_ = false;
  bool class_is_high_ = false;   // the class at hand names a byte above 0x7f
  std::size_t class_begin_ = 0;  // where it begins in out_
  std::string out_;
};

}  // namespace

// About a million steps each: C(n + k, k) for k powers.
std::size_t longest_backtracking_value(const Node& node) {
  switch (powers(node) + (begins_at_start(node) ? 0U : 1U)) {
    case 0:
    case 1:
      return std::numeric_limits<std::size_t>::max();
    case 2:
      return 512;
    case 3:
      return 128;
    default:
      return 64;
  }
}

std::optional<std::string> linear_syntax(std::string_view text, bool caseless) {
  return Translator(text, caseless).run();
}

}  // namespace yagura::waf::regex
