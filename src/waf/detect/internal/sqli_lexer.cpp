#include "waf/detect/internal/sqli_lexer.hpp"

#include <array>

#include "waf/base/byte_set.hpp"

namespace yagura::waf::sqli {
namespace {

constexpr bool is_digit(unsigned char byte) { return byte >= '0' && byte <= '9'; }
constexpr bool is_hex(unsigned char byte) {
  return is_digit(byte) || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F');
}
constexpr bool is_letter(unsigned char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}
constexpr bool is_blank(unsigned char byte) { return byte <= ' ' || byte == 0x7f; }

// Bytes that a word is made of. All bytes past ASCII belong to it: names may be in any script.
constexpr ByteSet kWordBytes = ByteSet::range('a', 'z') | ByteSet::range('A', 'Z') |
                               ByteSet::range('0', '9') | ByteSet::of("_$.?") |
                               ByteSet::range(0x80, 0xff);

// Those of them that need no second look.
constexpr std::array<bool, 256> kPlainBytes = [] {
  std::array<bool, 256> plain{};
  for (unsigned byte = 0; byte < 256; ++byte) {
    plain[byte] = kWordBytes.contains(static_cast<unsigned char>(byte)) && byte != '.' &&
                  byte != 0xa0 && byte != 0xc2;
  }
  return plain;
}();

constexpr char lower(unsigned char byte) {
  return static_cast<char>(byte >= 'A' && byte <= 'Z' ? byte + 32 : byte);
}

}  // namespace

Lexer::Lexer(std::string_view text, char quote, Dialect dialect)
    : text_(text), inside_(quote), dialect_(dialect) {}

Token Lexer::token(Kind kind, std::size_t length) {
  Token made;
  made.kind = kind;
  made.begin = static_cast<std::uint32_t>(position_);
  made.length = static_cast<std::uint32_t>(length);
  position_ += length;
  return made;
}

// Blanks, controls, and the no-break space of Latin-1 and UTF-8, which MySQL and Oracle skip.
void Lexer::skip_blanks() {
  while (position_ < text_.size()) {
    const unsigned char byte = at(position_);
    if (is_blank(byte) || byte == 0xa0) {
      ++position_;
    } else if (byte == 0xc2 && at(position_ + 1) == 0xa0) {
      position_ += 2;
    } else {
      return;
    }
    ++steps_;
  }
}

Token Lexer::next() {
  if (inside_ != 0) {
    const char quote = inside_;
    inside_ = 0;
    return string(0, 0, quote);
  }
  skip_blanks();
  ++steps_;
  if (position_ >= text_.size()) return token(Kind::kEnd, 0);
  const unsigned char byte = at(position_);
  if (is_digit(byte) || (byte == '.' && is_digit(at(position_ + 1)))) return number();
  if (is_letter(byte) || byte == '_' || byte >= 0x80) return word();
  switch (byte) {
    case '\'':
    case '"':
      return string(1, static_cast<char>(byte), static_cast<char>(byte));
    case '@':
      return variable();
    case '$':
      return dollar();
    case '`': {  // MySQL: a name, or what is left of one
      Token quoted = string(1, '`', '`');
      quoted.kind = Kind::kWord;
      return quoted;
    }
    default:
      return symbol();
  }
}

// From `prefix` bytes on to the first `close` that is neither doubled nor escaped.
Token Lexer::string(std::size_t prefix, char open, char close) {
  std::size_t end = position_ + prefix;
  char found = 0;
  while (end < text_.size()) {
    ++steps_;
    const char byte = text_[end];
    if (byte == '\\' && close != '`') {
      end += 2;
    } else if (byte != close) {
      ++end;
    } else if (end + 1 < text_.size() && text_[end + 1] == close) {
      end += 2;
    } else {
      found = close;
      ++end;
      break;
    }
  }
  if (end > text_.size()) end = text_.size();
  Token made = token(Kind::kString, end - position_);
  made.open = open;
  made.close = found;
  return made;
}

// 12, 1.5, .5, 1e10, 0x4f, 0b01, with the suffixes of Oracle (1f, 1d). "12ab" is a word: no dialect
// reads a number there, but MySQL reads "1e1union" and "1.0union" as a number and a keyword.
Token Lexer::number() {
  std::size_t end = position_;
  const char second = lower(at(end + 1));
  if (at(end) == '0' && second == 'x' && is_hex(at(end + 2))) {
    for (end += 2; is_hex(at(end)); ++end) ++steps_;
    return token(Kind::kNumber, end - position_);
  }
  if (at(end) == '0' && second == 'b' && (at(end + 2) == '0' || at(end + 2) == '1')) {
    for (end += 2; at(end) == '0' || at(end) == '1'; ++end) ++steps_;
    return token(Kind::kNumber, end - position_);
  }
  bool point = false;
  for (; is_digit(at(end)) || (at(end) == '.' && !point); ++end) {
    ++steps_;
    point |= at(end) == '.';
  }
  if (lower(at(end)) == 'e') {
    std::size_t exponent = end + 1;
    if (at(exponent) == '+' || at(exponent) == '-') ++exponent;
    if (is_digit(at(exponent))) {
      for (end = exponent; is_digit(at(end)); ++end) ++steps_;
      point = true;
    }
  }
  const char suffix = lower(at(end));
  if ((suffix == 'f' || suffix == 'd') && !kWordBytes.contains(at(end + 1))) ++end;
  if (!point && kWordBytes.contains(at(end)) && end < text_.size()) {
    // "24px", "7up": one word, unless what is glued to the digits is a keyword.
    std::size_t tail = end;
    while (tail < text_.size() && kWordBytes.contains(at(tail)) && at(tail) != '.') {
      ++tail;
      ++steps_;
    }
    const Kind glued = find_word(text_.substr(end, tail - end)).kind;
    if (glued != Kind::kUnion && glued != Kind::kLogic) return token(Kind::kWord, tail - position_);
  }
  return token(Kind::kNumber, end - position_);
}

// `known` is set where a keyword ends the word at a point: "select.1"; a name goes on.
std::size_t Lexer::word_end(Word& known) {
  std::size_t end = position_;
  bool split = false;
  while (true) {
    while (end < text_.size() && kPlainBytes[static_cast<unsigned char>(text_[end])]) ++end;
    const unsigned char byte = at(end);
    if (byte == '.' && !split) {
      split = true;
      known = find_word(text_.substr(position_, end - position_));
      if (known.kind != Kind::kWord && known.kind != Kind::kType) break;
      known = {};
    } else if (byte == 0xc2) {
      if (at(end + 1) == 0xa0) break;  // a no-break space
    } else if (byte == 0xa0) {
      if (end == position_ || at(end - 1) < 0x80) break;  // the same, in Latin-1
    } else if (byte != '.') {
      break;
    }
    ++end;
  }
  steps_ += end - position_;
  return end;
}

Token Lexer::word() {
  const unsigned char first = at(position_);
  const char letter = lower(first);
  const unsigned char after = at(position_ + 1);
  // Strings with a letter before them: N'…' X'…' B'…' E'…' R'…', and U&'…'.
  if (after == '\'' && (letter == 'n' || letter == 'x' || letter == 'b' || letter == 'e')) {
    return string(2, '\'', '\'');
  }
  if (letter == 'u' && after == '&' && at(position_ + 2) == '\'') return string(3, '\'', '\'');
  if (letter == 'q' && after == '\'' && !lone_q_quote_ && position_ + 2 < text_.size()) {
    // Oracle: q'[…]'
    const unsigned char bracket = at(position_ + 2);
    const char closing = bracket == '('   ? ')'
                         : bracket == '[' ? ']'
                         : bracket == '{' ? '}'
                         : bracket == '<' ? '>'
                                          : static_cast<char>(bracket);
    const char ending[] = {closing, '\'', 0};
    const std::size_t end = text_.find(ending, position_ + 3);
    if (end != std::string_view::npos && !is_blank(bracket)) {
      steps_ += end - position_;
      Token made = token(Kind::kString, end + 2 - position_);
      made.open = made.close = '\'';
      return made;
    }
    steps_ += text_.size() - position_;
    lone_q_quote_ = true;  // looked for to the end of the text: once, not again for each q'
  }
  Word known;
  std::size_t end = word_end(known);
  if (end == position_) ++end;
  Token made = token(Kind::kWord, end - position_);
  made.word = known.kind != Kind::kWord ? known : find_word(text_.substr(made.begin, made.length));
  made.kind = made.word.kind;
  made.compares =
      made.word.tag == Tag::kCompare || made.word.tag == Tag::kIs || made.word.tag == Tag::kIn;
  made.unary = made.word.tag == Tag::kUnary || made.word.tag == Tag::kNot;
  return made;
}

// @x, @@x, @`x`, @'x'. "user@example.org" has none: there the sign is part of no SQL.
Token Lexer::variable() {
  std::size_t end = position_ + 1;
  if (at(end) == '@') ++end;
  const unsigned char byte = at(end);
  if (byte == '`' || byte == '\'' || byte == '"') {
    Token quoted = string(end + 1 - position_, static_cast<char>(byte), static_cast<char>(byte));
    quoted.kind = Kind::kVariable;
    return quoted;
  }
  while (end < text_.size() && kWordBytes.contains(at(end))) {
    ++end;
    ++steps_;
  }
  return token(Kind::kVariable, end - position_);
}

// /* … */, and what MySQL makes of it: /*! … */ is executed there and nowhere else; a comment in a
// comment ends in different places.
Token Lexer::block_comment() {
  const std::size_t close = text_.find("*/", position_ + 2);
  const std::size_t end = close == std::string_view::npos ? text_.size() : close + 2;
  steps_ += end - position_;
  const std::string_view body = text_.substr(position_ + 2, end - position_ - 2);
  const bool nested = close != std::string_view::npos && body.find("/*") != std::string_view::npos;
  const bool evil = nested || body.starts_with('!');
  steps_ += body.size();
  return token(evil ? Kind::kEvil : Kind::kComment, end - position_);
}

Token Lexer::line_comment(std::size_t introducer) {
  const std::size_t line = text_.find('\n', position_ + introducer);
  const std::size_t end = line == std::string_view::npos ? text_.size() : line;
  steps_ += end - position_;
  return token(Kind::kComment, end - position_);
}

// PostgreSQL's $$…$$ and $tag$…$tag$, SQL Server's $12.50; else a word.
Token Lexer::dollar() {
  std::size_t end = position_ + 1;
  if (is_digit(at(end))) {
    while (is_digit(at(end)) || at(end) == '.' || at(end) == ',') {
      ++end;
      ++steps_;
    }
    return token(Kind::kNumber, end - position_);
  }
  constexpr std::size_t kLongestTag = 16;  // a bound on what is compared again and again
  while (is_letter(at(end)) && end - position_ < kLongestTag) ++end;
  steps_ += end - position_;
  if (at(end) == '$') {
    const std::string_view tag = text_.substr(position_, end + 1 - position_);
    const std::size_t close = text_.find(tag, end + 1);
    const bool closed = close != std::string_view::npos;
    const std::size_t stop = closed ? close + tag.size() : text_.size();
    steps_ += stop - position_;
    Token made = token(Kind::kString, stop - position_);
    made.open = '$';
    made.close = closed ? '$' : '\0';
    return made;
  }
  return token(Kind::kWord, 1);  // $name of other languages: the name comes next
}

// SQL Server's [name].
Token Lexer::bracketed() {
  constexpr std::size_t kLongestName = 128;
  std::size_t end = position_ + 1;
  while (end - position_ < kLongestName && (kWordBytes.contains(at(end)) || at(end) == ' ') &&
         end < text_.size()) {
    ++end;
  }
  steps_ += end - position_;
  const bool name = at(end) == ']' && end > position_ + 1 && !is_digit(at(position_ + 1));
  if (name) return token(Kind::kWord, end + 1 - position_);
  return token(Kind::kOther, 1);
}

Token Lexer::operator_token(std::size_t length) {
  const std::string_view text = text_.substr(position_, length);
  Token made = token(Kind::kOperator, length);
  made.compares = text.find_first_of("=<>") != std::string_view::npos;
  made.unary = text == "+" || text == "-" || text == "!" || text == "~";
  made.casts = text == "::";
  return made;
}

// \\server\share: one word.
Token Lexer::path() {
  std::size_t end = position_ + 1;
  for (; end < text_.size() && (kWordBytes.contains(at(end)) || at(end) == '\\'); ++end) ++steps_;
  if (end == position_ + 1) return token(Kind::kOther, 1);
  return token(Kind::kWord, end - position_);
}

Token Lexer::symbol() {
  const unsigned char byte = at(position_);
  const unsigned char second = at(position_ + 1);
  const unsigned char third = at(position_ + 2);
  switch (byte) {
    case '(':
      return token(Kind::kOpen, 1);
    case ')':
      return token(Kind::kClose, 1);
    case ',':
      return token(Kind::kComma, 1);
    case ';':
      return token(Kind::kSemicolon, 1);
    case '#':
      dialect_matters_ = true;
      if (dialect_ == Dialect::kMySql) return line_comment(1);
      if (second == '>' || second == '-') return operator_token(2);  // PostgreSQL on JSON
      return token(Kind::kOther, 1);
    case '-':
      if (second == '-') {
        const bool blank = position_ + 2 >= text_.size() || is_blank(third);
        dialect_matters_ |= !blank;
        if (blank || dialect_ == Dialect::kStandard) return line_comment(2);
      }
      return operator_token(second == '>' ? (third == '>' ? 3 : 2) : 1);
    case '/':
      if (second == '*') return block_comment();
      return operator_token(1);
    case '|':
      if (second == '|') return token(Kind::kLogic, 2);
      return operator_token(1);
    case '&':
      if (second == '&') return token(Kind::kLogic, 2);
      return operator_token(1);
    case '<':
      return operator_token(second == '=' && third == '>'                                      ? 3
                            : second == '=' || second == '>' || second == '<' || second == '@' ? 2
                                                                                               : 1);
    case '>':
      return operator_token(second == '=' || second == '>' ? 2 : 1);
    case '=':
      return operator_token(second == '=' ? 2 : 1);
    case '!':
      return operator_token(second == '=' || second == '<' || second == '>' || second == '~' ? 2
                                                                                             : 1);
    case ':':
      if (second != ':' && second != '=') return token(Kind::kColon, 1);
      return operator_token(2);
    case '[':
      return bracketed();
    case '~':
    case '+':
    case '*':
    case '%':
    case '^':
      return operator_token(second == '*' && byte == '~' ? 2 : 1);
    case '\\':
      if (second == 'N') return token(Kind::kNumber, 2);  // MySQL's NULL
      return path();
    default:
      return token(Kind::kOther, 1);
  }
}

}  // namespace yagura::waf::sqli
