#include "rules/match/glob_tree.hpp"

// Recursive descent; groups alone nest, and their number is bounded.

#include <array>
#include <optional>
#include <string>
#include <utility>

namespace yagura::rules {

namespace {

bool is_lower(unsigned c) { return c >= 'a' && c <= 'z'; }
bool is_upper(unsigned c) { return c >= 'A' && c <= 'Z'; }
bool is_alpha(unsigned c) { return is_lower(c) || is_upper(c); }
bool is_digit(unsigned c) { return c >= '0' && c <= '9'; }
bool is_graph(unsigned c) { return c > 0x20 && c < 0x7F; }

// The classes of the C locale.
struct Class {
  std::string_view name;
  bool (*holds)(unsigned c);
};
constexpr std::array<Class, 12> kClasses = {{
    {"alpha", is_alpha},
    {"digit", is_digit},
    {"alnum", [](unsigned c) { return is_alpha(c) || is_digit(c); }},
    {"lower", is_lower},
    {"upper", is_upper},
    {"space", [](unsigned c) { return c == ' ' || (c >= '\t' && c <= '\r'); }},
    {"blank", [](unsigned c) { return c == ' ' || c == '\t'; }},
    {"punct", [](unsigned c) { return is_graph(c) && !is_alpha(c) && !is_digit(c); }},
    {"graph", is_graph},
    {"print", [](unsigned c) { return is_graph(c) || c == ' '; }},
    {"cntrl", [](unsigned c) { return c < 0x20 || c == 0x7F; }},
    {"xdigit",
     [](unsigned c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }},
}};

std::size_t index_of(char c) { return static_cast<unsigned char>(c); }

// Both cases of each letter that is in it.
void fold(ByteSet& bytes) {
  for (unsigned c = 'a'; c <= 'z'; ++c) {
    const unsigned upper = c - 'a' + 'A';
    if (bytes[c] || bytes[upper]) bytes.set(c).set(upper);
  }
}

class GlobParser {
 public:
  GlobParser(std::string_view glob, PatternCase letters) : glob_(glob), letters_(letters) {}

  Result<GlobTree> run() {
    YAGURA_TRY(tree_.sequence, sequence(false));
    return std::move(tree_);
  }

 private:
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < glob_.size() ? glob_[at_ + ahead] : '\0';
  }

  // Up to the end, or in a group to a bar or its end.
  Result<GlobSequence> sequence(bool in_group) {
    GlobSequence parts;
    while (at_ < glob_.size()) {
      const char c = peek();
      if (in_group && (c == '|' || c == ')')) break;
      if (peek(1) == '(' && std::string_view("?*+@!").find(c) != std::string_view::npos) {
        YAGURA_TRY(GlobPart made, group());
        parts.push_back(std::move(made));
      } else if (c == '*') {
        ++at_;
        if (parts.empty() || parts.back().kind != GlobPart::Kind::kAnything) {
          parts.push_back({.kind = GlobPart::Kind::kAnything});
        }
      } else {
        YAGURA_TRY(GlobPart made, one_byte());
        parts.push_back(std::move(made));
      }
    }
    return parts;
  }

  Result<GlobPart> group() {
    if (++groups_ > kMaxGlobGroups) return fail(ErrorCode::kLimitExceeded, "too many groups");
    GlobPart made{.kind = GlobPart::Kind::kGroup, .repeat = peek()};
    if (made.repeat == '!') tree_.has_negation = true;
    ++at_;
    do {
      ++at_;  // the parenthesis, or the bar
      YAGURA_TRY(GlobSequence alternative, sequence(true));
      made.alternatives.push_back(std::move(alternative));
    } while (peek() == '|');
    if (at_ == glob_.size()) {
      return fail(ErrorCode::kInvalidInput, "a group of the glob is not closed");
    }
    ++at_;
    return made;
  }

  Result<GlobPart> one_byte() {
    GlobPart part;
    const char c = glob_[at_];
    if (c == '?') {
      ++at_;
      part.bytes.set();
      return part;
    }
    if (c == '[') {
      YAGURA_TRY(const bool closes, bracket(part.bytes));
      if (closes) return part;
    }
    part.bytes.reset();
    part.bytes.set(index_of(take_byte()));
    if (letters_ == PatternCase::kInsensitive) fold(part.bytes);
    return part;
  }

  // A byte, of which a backslash takes the meaning.
  char take_byte() {
    if (glob_[at_] == '\\' && at_ + 1 < glob_.size()) ++at_;
    return glob_[at_++];
  }

  // False, and nothing taken, where it does not close.
  Result<bool> bracket(ByteSet& bytes) {
    const std::size_t begin = at_++;
    const bool negated = peek() == '!' || peek() == '^';
    if (negated) ++at_;
    for (bool first = true; at_ < glob_.size(); first = false) {
      if (peek() == ']' && !first) {
        ++at_;
        if (letters_ == PatternCase::kInsensitive) fold(bytes);
        if (negated) bytes.flip();
        return true;
      }
      YAGURA_TRY(const bool good, bracket_item(bytes));
      if (!good) break;
    }
    at_ = begin;
    return false;
  }

  // A class, a range, or a byte. False: the bracket cannot close.
  Result<bool> bracket_item(ByteSet& bytes) {
    if (peek() == '[' && peek(1) == ':') return named_class(bytes);
    const std::size_t first = index_of(take_byte());
    std::size_t last = first;
    if (peek() == '-' && at_ + 1 < glob_.size() && peek(1) != ']') {
      ++at_;
      last = index_of(take_byte());
    }
    if (last < first) return fail(ErrorCode::kInvalidInput, "a range from high to low in the glob");
    for (std::size_t c = first; c <= last; ++c) bytes.set(c);
    return true;
  }

  Result<bool> named_class(ByteSet& bytes) {
    const std::size_t end = glob_.find(":]", at_ + 2);
    if (end == std::string_view::npos) return false;
    const std::string_view name = glob_.substr(at_ + 2, end - at_ - 2);
    at_ = end + 2;
    for (const Class& known : kClasses) {
      if (known.name != name) continue;
      for (unsigned c = 0; c < bytes.size(); ++c) {
        if (known.holds(c)) bytes.set(c);
      }
      return true;
    }
    return fail(ErrorCode::kInvalidInput,
                "unknown class [:" + std::string(name.substr(0, 20)) + ":] in the glob");
  }

  std::string_view glob_;
  PatternCase letters_;
  std::size_t at_ = 0;
  std::size_t groups_ = 0;
  GlobTree tree_;
};

}  // namespace

Result<GlobTree> parse_glob(std::string_view glob, PatternCase letters) {
  return GlobParser(glob, letters).run();
}

}  // namespace yagura::rules
