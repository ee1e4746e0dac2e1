#include "policy/syntax/internal/lexer.hpp"

#include <algorithm>

#include "core/utf8.hpp"
#include "policy/syntax/internal/unescape.hpp"

namespace yagura::policy::internal {

namespace {

bool is_digit(unsigned char c) { return c >= '0' && c <= '9'; }
bool is_hex_digit(unsigned char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_word_start(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_word(unsigned char c) { return is_word_start(c) || is_digit(c); }

// What may stand between back quotes.
bool is_quoted_word(unsigned char c) {
  return is_word(c) || c == '.' || c == '-' || c == '/' || c == ' ';
}

TokenKind keyword(std::string_view word) {
  if (word == "true") return TokenKind::kTrue;
  if (word == "false") return TokenKind::kFalse;
  if (word == "null") return TokenKind::kNull;
  if (word == "in") return TokenKind::kIn;
  return TokenKind::kIdent;
}

std::string printable(std::string_view text) {
  const auto c = static_cast<unsigned char>(text.front());
  if (c < 0x20 || c == 0x7F) {
    static constexpr std::string_view kHex = "0123456789abcdef";
    return std::string("\\x") + kHex[c >> 4] + kHex[c & 15];
  }
  return std::string(text);
}

}  // namespace

std::string_view describe(TokenKind kind) {
  switch (kind) {
    case TokenKind::kEnd:
      return "end of expression";
    case TokenKind::kError:
      return "an invalid token";
    case TokenKind::kIdent:
      return "an identifier";
    case TokenKind::kQuotedIdent:
      return "a quoted identifier";
    case TokenKind::kInt:
    case TokenKind::kUint:
    case TokenKind::kDouble:
      return "a number";
    case TokenKind::kString:
      return "a string";
    case TokenKind::kBytes:
      return "bytes";
    case TokenKind::kTrue:
      return "'true'";
    case TokenKind::kFalse:
      return "'false'";
    case TokenKind::kNull:
      return "'null'";
    case TokenKind::kIn:
      return "'in'";
    case TokenKind::kLeftParen:
      return "'('";
    case TokenKind::kRightParen:
      return "')'";
    case TokenKind::kLeftBracket:
      return "'['";
    case TokenKind::kRightBracket:
      return "']'";
    case TokenKind::kLeftBrace:
      return "'{'";
    case TokenKind::kRightBrace:
      return "'}'";
    case TokenKind::kDot:
      return "'.'";
    case TokenKind::kComma:
      return "','";
    case TokenKind::kColon:
      return "':'";
    case TokenKind::kQuestion:
      return "'?'";
    case TokenKind::kNot:
      return "'!'";
    case TokenKind::kMinus:
      return "'-'";
    case TokenKind::kPlus:
      return "'+'";
    case TokenKind::kStar:
      return "'*'";
    case TokenKind::kSlash:
      return "'/'";
    case TokenKind::kPercent:
      return "'%'";
    case TokenKind::kLess:
      return "'<'";
    case TokenKind::kLessEquals:
      return "'<='";
    case TokenKind::kGreater:
      return "'>'";
    case TokenKind::kGreaterEquals:
      return "'>='";
    case TokenKind::kEquals:
      return "'=='";
    case TokenKind::kNotEquals:
      return "'!='";
    case TokenKind::kAnd:
      return "'&&'";
    case TokenKind::kOr:
      return "'||'";
  }
  return "a token";
}

std::uint32_t Lexer::code_point_at(std::size_t byte) {
  if (byte < counted_bytes_) {  // errors inside a token look back
    return counted_points_ - static_cast<std::uint32_t>(
                                 core::utf8_length(source_.substr(byte, counted_bytes_ - byte)));
  }
  counted_points_ += static_cast<std::uint32_t>(
      core::utf8_length(source_.substr(counted_bytes_, byte - counted_bytes_)));
  counted_bytes_ = byte;
  return counted_points_;
}

Token Lexer::token(TokenKind kind, std::size_t begin, std::size_t length) {
  at_ = begin + length;
  return {.kind = kind, .offset = code_point_at(begin), .text = source_.substr(begin, length)};
}

Token Lexer::error(std::size_t byte, std::string message) {
  const std::uint32_t offset = code_point_at(byte);
  report_(offset, "Syntax error: " + std::move(message));
  return {.kind = TokenKind::kError, .offset = offset, .text = {}};
}

void Lexer::skip_blanks() {
  while (at_ < source_.size()) {
    const char c = source_[at_];
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
      ++at_;
    } else if (looking_at("//")) {
      at_ = std::min(source_.find('\n', at_), source_.size());
    } else {
      return;
    }
  }
}

Token Lexer::next() {
  skip_blanks();
  if (at_ >= source_.size()) return token(TokenKind::kEnd, source_.size(), 0);
  StringForm form;
  std::size_t prefix = 0;
  if (string_starts(form, prefix)) return lex_string(form, prefix);
  const unsigned char c = peek();
  if (is_word_start(c)) return lex_word();
  if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return lex_number();
  if (c == '`') return lex_quoted_ident();
  return lex_punctuation();
}

Token Lexer::lex_word() {
  std::size_t length = 1;
  while (is_word(peek(length))) ++length;
  return token(keyword(source_.substr(at_, length)), at_, length);
}

Token Lexer::lex_quoted_ident() {
  const std::size_t begin = at_;
  std::size_t length = 0;
  while (is_quoted_word(peek(1 + length))) ++length;
  if (peek(1 + length) != '`') {
    // To the closing quote, if there is one on the line: its content is no further tokens.
    const std::size_t close = source_.find_first_of("`\n", begin + 1);
    const bool closed = close != std::string_view::npos && source_[close] == '`';
    at_ = closed ? close + 1 : source_.size();
    return error(begin, closed ? "a quoted identifier may have letters, digits, '_', '.', '-', "
                                 "'/' and blanks only"
                               : "unterminated quoted identifier");
  }
  at_ = begin + length + 2;
  if (length == 0) return error(begin, "empty quoted identifier");
  return {.kind = TokenKind::kQuotedIdent,
          .offset = code_point_at(begin),
          .text = source_.substr(begin + 1, length)};
}

Token Lexer::lex_hex_number() {
  std::size_t length = 2;
  while (is_hex_digit(peek(length))) ++length;
  if (peek(length) == 'u' || peek(length) == 'U') return token(TokenKind::kUint, at_, length + 1);
  return token(TokenKind::kInt, at_, length);
}

Token Lexer::lex_number() {
  if (peek() == '0' && peek(1) == 'x' && is_hex_digit(peek(2))) return lex_hex_number();
  TokenKind kind = TokenKind::kInt;
  std::size_t length = 0;
  while (is_digit(peek(length))) ++length;
  if (peek(length) == '.' && is_digit(peek(length + 1))) {
    kind = TokenKind::kDouble;
    ++length;
    while (is_digit(peek(length))) ++length;
  }
  if (peek(length) == 'e' || peek(length) == 'E') {
    const std::size_t sign = peek(length + 1) == '+' || peek(length + 1) == '-' ? 1 : 0;
    if (is_digit(peek(length + 1 + sign))) {
      kind = TokenKind::kDouble;
      length += 1 + sign;
      while (is_digit(peek(length))) ++length;
    }
  }
  if (kind == TokenKind::kInt && (peek(length) == 'u' || peek(length) == 'U')) {
    return token(TokenKind::kUint, at_, length + 1);
  }
  return token(kind, at_, length);
}

bool Lexer::string_starts(StringForm& form, std::size_t& prefix) const {
  if (peek(prefix) == 'b' || peek(prefix) == 'B') {
    form.bytes = true;
    ++prefix;
  }
  if (peek(prefix) == 'r' || peek(prefix) == 'R') {
    form.raw = true;
    ++prefix;
  }
  return peek(prefix) == '"' || peek(prefix) == '\'';
}

Token Lexer::lex_string(StringForm form, std::size_t prefix) {
  const std::size_t begin = at_;
  const char quote = source_[at_ + prefix];
  const std::string triple(3, quote);
  const bool long_form = source_.substr(at_ + prefix).starts_with(triple);
  const std::size_t content = at_ + prefix + (long_form ? 3 : 1);
  std::size_t end = content;
  while (end < source_.size()) {
    const char c = source_[end];
    if (c == '\\' && !form.raw) {
      end += 2;
      continue;
    }
    if (!long_form && (c == '\n' || c == '\r')) break;
    if (c == quote && (!long_form || source_.substr(end).starts_with(triple))) break;
    ++end;
  }
  if (end >= source_.size() || source_[end] != quote) {
    at_ = std::min(end, source_.size());
    return error(begin, form.bytes ? "unterminated bytes literal" : "unterminated string");
  }
  at_ = end + (long_form ? 3 : 1);
  const std::string_view written = source_.substr(content, end - content);
  const TokenKind kind = form.bytes ? TokenKind::kBytes : TokenKind::kString;
  const std::uint32_t offset = code_point_at(begin);
  if (written.find_first_of("\\\r") == std::string_view::npos) {
    return {.kind = kind, .offset = offset, .text = written};
  }
  std::string unescaped;
  UnescapeError wrong;
  if (!unescape(written, form.raw, form.bytes, unescaped, wrong)) {
    return error(content + wrong.at, std::move(wrong.message));
  }
  return {.kind = kind, .offset = offset, .text = arena_.copy(unescaped)};
}

Token Lexer::lex_punctuation() {
  struct Sign {
    std::string_view text;
    TokenKind kind;
  };
  static constexpr Sign kSigns[] = {
      {"<=", TokenKind::kLessEquals}, {">=", TokenKind::kGreaterEquals},
      {"==", TokenKind::kEquals},     {"!=", TokenKind::kNotEquals},
      {"&&", TokenKind::kAnd},        {"||", TokenKind::kOr},
      {"(", TokenKind::kLeftParen},   {")", TokenKind::kRightParen},
      {"[", TokenKind::kLeftBracket}, {"]", TokenKind::kRightBracket},
      {"{", TokenKind::kLeftBrace},   {"}", TokenKind::kRightBrace},
      {".", TokenKind::kDot},         {",", TokenKind::kComma},
      {":", TokenKind::kColon},       {"?", TokenKind::kQuestion},
      {"!", TokenKind::kNot},         {"-", TokenKind::kMinus},
      {"+", TokenKind::kPlus},        {"*", TokenKind::kStar},
      {"/", TokenKind::kSlash},       {"%", TokenKind::kPercent},
      {"<", TokenKind::kLess},        {">", TokenKind::kGreater},
  };
  for (const Sign& sign : kSigns) {
    if (looking_at(sign.text)) return token(sign.kind, at_, sign.text.size());
  }
  const std::size_t begin = at_;
  const std::string_view character = source_.substr(at_, core::utf8_sequence_length(source_, at_));
  at_ += character.size();
  if (character == "=") return error(begin, "'=' is no operator: use '=='");
  if (character == "&") return error(begin, "'&' is no operator: use '&&'");
  if (character == "|") return error(begin, "'|' is no operator: use '||'");
  return error(begin, "unexpected character '" + printable(character) + "'");
}

}  // namespace yagura::policy::internal
