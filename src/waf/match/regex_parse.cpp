// A recursive descent over PCRE syntax. Where the meaning is not known for sure the reader gives up
// on the whole pattern (gave_up_), which then stands for any text: a first stage may say "perhaps"
// too often, never "no" wrongly.

#include <array>
#include <optional>
#include <utility>

#include "waf/match/internal/regex_tree.hpp"

namespace yagura::waf::regex {

namespace {

constexpr int kMaxDepth = 200;
constexpr int kMaxQuantifiers = 20;           // on one atom: a{2}{2}…
constexpr std::uint32_t kMaxRepeat = 65'535;  // PCRE2's own bound

constexpr ByteSet kDigits = ByteSet::range('0', '9');
constexpr ByteSet kLetters = ByteSet::range('a', 'z') | ByteSet::range('A', 'Z');
constexpr ByteSet kWord = kDigits | kLetters | ByteSet::of("_");
constexpr ByteSet kSpace = ByteSet::of(" \t\n\v\f\r");
constexpr ByteSet kHorizontal = ByteSet::of(" \t\xa0");
constexpr ByteSet kVertical = ByteSet::of("\n\v\f\r\x85");

bool is_digit(char c) { return c >= '0' && c <= '9'; }

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

ByteSet single(unsigned char byte) {
  ByteSet set;
  set.add(byte);
  return set;
}

// \d \w \s \h \v and their complements.
std::optional<ByteSet> class_escape(char c) {
  switch (c) {
    case 'd':
      return kDigits;
    case 'D':
      return ~kDigits;
    case 'w':
      return kWord;
    case 'W':
      return ~kWord;
    case 's':
      return kSpace;
    case 'S':
      return ~kSpace;
    case 'h':
      return kHorizontal;
    case 'H':
      return ~kHorizontal;
    case 'v':
      return kVertical;
    case 'V':
      return ~kVertical;
    default:
      return std::nullopt;
  }
}

struct PosixClass {
  std::string_view name;
  ByteSet bytes;
};

constexpr ByteSet kGraph = ByteSet::range(0x21, 0x7e);
constexpr std::array<PosixClass, 14> kPosixClasses = {{
    {"alpha", kLetters},
    {"lower", ByteSet::range('a', 'z')},
    {"upper", ByteSet::range('A', 'Z')},
    {"alnum", kLetters | kDigits},
    {"ascii", ByteSet::range(0, 0x7f)},
    {"blank", ByteSet::of(" \t")},
    {"cntrl", ByteSet::range(0, 0x1f) | ByteSet::range(0x7f, 0x7f)},
    {"digit", kDigits},
    {"graph", kGraph},
    {"print", kGraph | ByteSet::of(" ")},
    {"punct", kGraph & ~(kLetters | kDigits)},
    {"space", kSpace},
    {"word", kWord},
    {"xdigit", kDigits | ByteSet::range('a', 'f') | ByteSet::range('A', 'F')},
}};

class Reader {
 public:
  Reader(std::string_view text, bool caseless) : text_(text), caseless_(caseless) {}

  Node read() {
    Node node = read_choice();
    if (at_ != text_.size() || gave_up_) return any_text();
    return node;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  bool caseless_;
  bool extended_ = false;
  bool gave_up_ = false;

  [[nodiscard]] bool more() const { return at_ < text_.size() && !gave_up_; }
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  [[nodiscard]] bool starts(std::string_view prefix) const {
    return text_.substr(at_).starts_with(prefix);
  }
  bool accept(std::string_view prefix) {
    if (!starts(prefix)) return false;
    at_ += prefix.size();
    return true;
  }
  Node give_up() {
    gave_up_ = true;
    return any_text();
  }
  // Moves behind the next `end`.
  bool skip_past(std::string_view end) {
    const std::size_t found = text_.find(end, at_);
    if (found == std::string_view::npos) {
      gave_up_ = true;
      return false;
    }
    at_ = found + end.size();
    return true;
  }

  Node literal(unsigned char byte) const {
    return class_of(caseless_ ? both_cases(single(byte)) : single(byte));
  }

  Node read_choice();
  Node read_sequence();
  void skip_ignored();
  Node read_atom();
  Node read_quoted();
  Node read_quantifiers(Node atom);
  bool read_bounds(std::uint32_t& min, std::uint32_t& max);
  Node read_group();
  Node read_group_body(bool means_itself);
  Node read_special_group();
  Node read_flags();
  Node read_escape();
  Node read_reference();
  std::optional<unsigned char> read_byte_escape(bool in_class);
  std::optional<unsigned char> read_hex();
  std::optional<unsigned char> read_octal(int digits);
  Node read_class();
  bool read_posix_class(ByteSet& bytes);
  // One element of a class: a byte (returned), or a set (added to `bytes`, nothing returned).
  std::optional<unsigned char> read_class_element(ByteSet& bytes, bool& known);
};

Node Reader::read_choice() {
  std::vector<Node> branches;
  branches.push_back(read_sequence());
  while (more() && peek() == '|') {
    ++at_;
    branches.push_back(read_sequence());
  }
  return alternate(std::move(branches));
}

Node Reader::read_sequence() {
  std::vector<Node> parts;
  for (skip_ignored(); more() && peek() != '|' && peek() != ')'; skip_ignored()) {
    if (accept("\\Q")) {
      parts.push_back(read_quoted());
      continue;
    }
    parts.push_back(read_quantifiers(read_atom()));
  }
  return concat(std::move(parts));
}

// White space and comments of (?x), and (?#…) everywhere.
void Reader::skip_ignored() {
  while (more()) {
    if (starts("(?#")) {
      if (!skip_past(")")) return;
    } else if (starts("\\E")) {
      at_ += 2;
    } else if (extended_ && kSpace.contains(static_cast<unsigned char>(peek()))) {
      ++at_;
    } else if (extended_ && peek() == '#') {
      const std::size_t end = text_.find('\n', at_);
      at_ = end == std::string_view::npos ? text_.size() : end + 1;
    } else {
      return;
    }
  }
}

// \Q…\E: a quantifier behind it counts for the last byte.
Node Reader::read_quoted() {
  std::size_t end = text_.find("\\E", at_);
  if (end == std::string_view::npos) end = text_.size();
  std::vector<Node> parts;
  for (; at_ < end; ++at_) parts.push_back(literal(static_cast<unsigned char>(text_[at_])));
  accept("\\E");
  skip_ignored();
  if (!parts.empty()) {
    Node last = std::move(parts.back());
    parts.back() = read_quantifiers(std::move(last));
  }
  return concat(std::move(parts));
}

Node Reader::read_atom() {
  const char c = text_[at_];
  switch (c) {
    case '(':
      ++at_;
      return read_group();
    case '[':
      ++at_;
      return read_class();
    case '\\':
      ++at_;
      return read_escape();
    case '^':
      ++at_;
      return {.kind = Kind::kStart};
    case '$':
      ++at_;
      return {.kind = Kind::kEnd};
    case '.':
      ++at_;
      return class_of(ByteSet::all());
    case '*':
    case '+':
    case '?':
      return give_up();  // nothing to repeat: PCRE2 refuses it
    default:
      ++at_;
      return literal(static_cast<unsigned char>(c));
  }
}

bool Reader::read_bounds(std::uint32_t& min, std::uint32_t& max) {
  std::size_t i = at_ + 1;
  const auto number = [&](std::uint32_t& value) {
    const std::size_t first = i;
    value = 0;
    for (; i < text_.size() && is_digit(text_[i]) && value <= kMaxRepeat; ++i) {
      value = value * 10 + static_cast<std::uint32_t>(text_[i] - '0');
    }
    return i > first && value <= kMaxRepeat;
  };
  if (!number(min)) return false;
  max = min;
  if (i < text_.size() && text_[i] == ',') {
    ++i;
    if (i < text_.size() && text_[i] == '}') {
      max = kUnlimited;
    } else if (!number(max)) {
      return false;
    }
  }
  if (i >= text_.size() || text_[i] != '}') return false;
  at_ = i + 1;
  return true;
}

Node Reader::read_quantifiers(Node atom) {
  int count = 0;
  for (skip_ignored(); more(); skip_ignored()) {
    std::uint32_t min = 0;
    std::uint32_t max = kUnlimited;
    if (peek() == '*') {
      ++at_;
    } else if (peek() == '+') {
      min = 1;
      ++at_;
    } else if (peek() == '?') {
      max = 1;
      ++at_;
    } else if (peek() != '{' || !read_bounds(min, max)) {
      break;
    }
    if (max < min || ++count > kMaxQuantifiers) return give_up();
    if (peek() == '?' || peek() == '+') ++at_;  // lazy, possessive: the same texts at most
    atom = repeat(std::move(atom), min, max);
  }
  return atom;
}

// Behind "(" and its prefix, up to and with ")". Flags set inside end with the group.
Node Reader::read_group_body(bool means_itself) {
  if (++depth_ > kMaxDepth) return give_up();
  const bool caseless = caseless_;
  const bool extended = extended_;
  Node body = read_choice();
  caseless_ = caseless;
  extended_ = extended;
  --depth_;
  if (!accept(")")) return give_up();
  return means_itself ? std::move(body) : Node{};
}

Node Reader::read_group() {
  if (peek() == '*') return give_up();  // verbs: (*UTF), (*ACCEPT), …
  if (peek() == '?') {
    ++at_;
    return read_special_group();
  }
  return read_group_body(true);
}

Node Reader::read_special_group() {
  for (const std::string_view plain : {":", ">", "|"}) {
    if (accept(plain)) return read_group_body(true);
  }
  for (const std::string_view lookaround : {"=", "!", "<=", "<!", "<*", "*"}) {
    if (accept(lookaround)) return read_group_body(false);
  }
  if (accept("P<") || accept("<")) return skip_past(">") ? read_group_body(true) : give_up();
  if (accept("'")) return skip_past("'") ? read_group_body(true) : give_up();
  if (peek() == '(') {  // (?(condition)yes|no)
    ++at_;
    if (!skip_past(")")) return give_up();
    static_cast<void>(read_group_body(false));
    return any_text();
  }
  if (peek() == 'C') {  // a callout
    return skip_past(")") ? Node{} : give_up();
  }
  const bool recursion = peek() == 'R' || peek() == '&' || peek() == 'P' || is_digit(peek()) ||
                         ((peek() == '+' || peek() == '-') && is_digit(peek(1)));
  if (recursion) return skip_past(")") ? any_text() : give_up();
  return read_flags();
}

// (?i), (?-s), (?ix:…): for the rest of the group, or for the group that they open.
Node Reader::read_flags() {
  const bool caseless = caseless_;
  const bool extended = extended_;
  bool on = true;
  for (; more() && peek() != ')' && peek() != ':'; ++at_) {
    switch (peek()) {
      case '-':
        on = false;
        break;
      case '^':
        caseless_ = extended_ = false;
        break;
      case 'i':
        caseless_ = on;
        break;
      case 'x':
        if (peek(1) == 'x') return give_up();  // blanks in classes count no more
        extended_ = on;
        break;
      case 's':  // a dot stands for any byte here in any case
      case 'm':  // anchors hold at line ends here in any case
      case 'n':
      case 'J':
      case 'U':
        break;
      default:
        return give_up();
    }
  }
  if (accept(")")) return {};
  if (!accept(":")) return give_up();
  Node body = read_group_body(true);
  caseless_ = caseless;
  extended_ = extended;
  return body;
}

std::optional<unsigned char> Reader::read_hex() {
  unsigned value = 0;
  if (peek() == '{') {
    std::size_t i = at_ + 1;
    for (; i < text_.size() && hex_value(text_[i]) >= 0 && value < 256; ++i) {
      value = value * 16 + static_cast<unsigned>(hex_value(text_[i]));
    }
    if (value > 255 || i >= text_.size() || text_[i] != '}') return std::nullopt;
    at_ = i + 1;
    return static_cast<unsigned char>(value);
  }
  for (int digits = 0; digits < 2 && hex_value(peek()) >= 0; ++digits, ++at_) {
    value = value * 16 + static_cast<unsigned>(hex_value(peek()));
  }
  return static_cast<unsigned char>(value);
}

std::optional<unsigned char> Reader::read_octal(int digits) {
  unsigned value = 0;
  for (; digits > 0 && peek() >= '0' && peek() <= '7' && more(); --digits, ++at_) {
    value = value * 8 + static_cast<unsigned>(peek() - '0');
  }
  if (value > 255) return std::nullopt;
  return static_cast<unsigned char>(value);
}

// Behind the backslash: escapes that stand for one byte. Nothing: none of these, or (with gave_up_)
// not understood.
std::optional<unsigned char> Reader::read_byte_escape(bool in_class) {
  const char c = peek();
  ++at_;
  switch (c) {
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'f':
      return '\f';
    case 'a':
      return '\a';
    case 'e':
      return 0x1b;
    case 'x': {
      const auto byte = read_hex();
      if (!byte) gave_up_ = true;
      return byte;
    }
    case '0':
      return read_octal(2);
    case 'c': {
      if (!more()) {
        gave_up_ = true;
        return std::nullopt;
      }
      const auto control = static_cast<unsigned char>(peek());
      ++at_;
      const unsigned upper = control >= 'a' && control <= 'z' ? control - 32U : control;
      return static_cast<unsigned char>(upper ^ 64U);
    }
    case 'b':
      if (in_class) return '\b';
      break;
    default:
      break;
  }
  const auto byte = static_cast<unsigned char>(c);
  if (!kLetters.contains(byte) && !kDigits.contains(byte)) return byte;
  if (in_class && c >= '1' && c <= '7') {
    --at_;
    return read_octal(3);
  }
  --at_;
  return std::nullopt;
}

Node Reader::read_escape() {
  if (at_ >= text_.size()) return give_up();
  if (const auto byte = read_byte_escape(false)) return literal(*byte);
  if (gave_up_) return any_text();
  const char c = peek();
  ++at_;
  if (const auto bytes = class_escape(c)) return class_of(*bytes);
  switch (c) {
    case 'b':
      return {.kind = Kind::kWordBoundary};
    case 'B':
      return {.kind = Kind::kNotWordBoundary};
    case 'A':
      return {.kind = Kind::kStart};
    case 'z':
    case 'Z':
      return {.kind = Kind::kEnd};
    case 'G':
    case 'K':
      return {};
    case 'N':
    case 'C':
      return peek() == '{' ? give_up() : class_of(ByteSet::all());
    case 'R':
      return repeat(class_of(kVertical), 1, 2);
    case 'X':
      return any_text();
    case 'p':
    case 'P':
      if (peek() == '{') return skip_past("}") ? class_of(ByteSet::all()) : give_up();
      if (!more()) return give_up();
      ++at_;
      return class_of(ByteSet::all());
    case 'g':
    case 'k':
      return read_reference();
    default:
      break;
  }
  if (!is_digit(c)) return give_up();
  while (is_digit(peek())) ++at_;  // a group, or bytes in octal: any text covers both
  return any_text();
}

Node Reader::read_reference() {
  for (const auto& [open, close] :
       {std::pair{"{", "}"}, std::pair{"<", ">"}, std::pair{"'", "'"}}) {
    if (accept(open)) return skip_past(close) ? any_text() : give_up();
  }
  if (peek() == '-' || peek() == '+') ++at_;
  if (!is_digit(peek())) return give_up();
  while (is_digit(peek())) ++at_;
  return any_text();
}

bool Reader::read_posix_class(ByteSet& bytes) {
  if (!starts("[:")) return false;
  const std::size_t end = text_.find(":]", at_ + 2);
  if (end == std::string_view::npos) return false;
  std::string_view name = text_.substr(at_ + 2, end - at_ - 2);
  const bool negated = name.starts_with('^');
  if (negated) name.remove_prefix(1);
  for (const PosixClass& known : kPosixClasses) {
    if (known.name != name) continue;
    // Cases are folded before a complement is taken.
    const ByteSet set = caseless_ ? both_cases(known.bytes) : known.bytes;
    bytes |= negated ? ~set : set;
    at_ = end + 2;
    return true;
  }
  return false;
}

std::optional<unsigned char> Reader::read_class_element(ByteSet& bytes, bool& known) {
  if (read_posix_class(bytes)) return std::nullopt;
  if (peek() != '\\') return static_cast<unsigned char>(text_[at_++]);
  ++at_;
  if (at_ >= text_.size()) {
    gave_up_ = true;
    return std::nullopt;
  }
  if (const auto byte = read_byte_escape(true)) return byte;
  if (gave_up_) return std::nullopt;
  const char c = peek();
  ++at_;
  if (const auto set = class_escape(c)) {
    bytes |= *set;
  } else if (c == 'p' || c == 'P') {
    known = false;
    if (peek() == '{') {
      static_cast<void>(skip_past("}"));
    } else if (more()) {
      ++at_;
    }
  } else {
    gave_up_ = true;
  }
  return std::nullopt;
}

// Behind "[".
Node Reader::read_class() {
  const bool negated = accept("^");
  ByteSet bytes;
  bool known = true;  // false: some element is not understood, so the class may be any byte
  for (bool first = true; more() && (first || peek() != ']'); first = false) {
    const auto low = read_class_element(bytes, known);
    if (!low) continue;
    const bool range = peek() == '-' && peek(1) != ']' && at_ + 1 < text_.size();
    if (!range) {
      bytes.add(*low);
      continue;
    }
    ++at_;
    const auto high = read_class_element(bytes, known);
    if (!high) {  // "a-\d": the hyphen is one of the bytes
      bytes.add(*low);
      bytes.add('-');
    } else if (*high < *low) {
      return give_up();
    } else {
      bytes |= ByteSet::range(*low, *high);
    }
  }
  if (!accept("]")) return give_up();
  if (!known) return class_of(ByteSet::all());
  if (caseless_) bytes = both_cases(bytes);
  return class_of(negated ? ~bytes : bytes);
}

}  // namespace

Node parse(std::string_view text, bool caseless) { return Reader(text, caseless).read(); }

}  // namespace yagura::waf::regex
