#pragma once

// CEL's tokens (langdef.md, Syntax). Private to the parser.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/arena.hpp"

namespace yagura::policy::internal {

enum class TokenKind : std::uint8_t {
  kEnd,
  kError,  // has been reported
  kIdent,
  kQuotedIdent,  // `a-b`
  kInt,
  kUint,
  kDouble,
  kString,
  kBytes,
  kTrue,
  kFalse,
  kNull,
  kIn,
  kLeftParen,
  kRightParen,
  kLeftBracket,
  kRightBracket,
  kLeftBrace,
  kRightBrace,
  kDot,
  kComma,
  kColon,
  kQuestion,
  kNot,
  kMinus,
  kPlus,
  kStar,
  kSlash,
  kPercent,
  kLess,
  kLessEquals,
  kGreater,
  kGreaterEquals,
  kEquals,
  kNotEquals,
  kAnd,
  kOr,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::uint32_t offset = 0;  // code points
  std::string_view text;  // names and numbers: as written, without back quotes; strings and bytes:
                          // what they stand for
};

// "')'", "an identifier": for messages.
[[nodiscard]] std::string_view describe(TokenKind kind);

class Lexer {
 public:
  using Report = std::function<void(std::uint32_t offset, std::string message)>;

  // The source must be valid UTF-8 and outlive the tokens, as must the arena, which unescaped text
  // goes to.
  Lexer(std::string_view source, core::Arena& arena, Report report)
      : source_(source), arena_(arena), report_(std::move(report)) {}

  // kEnd again and again at the end.
  [[nodiscard]] Token next();

 private:
  [[nodiscard]] unsigned char peek(std::size_t ahead = 0) const {
    return at_ + ahead < source_.size() ? static_cast<unsigned char>(source_[at_ + ahead]) : 0;
  }
  [[nodiscard]] bool looking_at(std::string_view text) const {
    return source_.substr(at_).starts_with(text);
  }
  void skip_blanks();
  [[nodiscard]] std::uint32_t code_point_at(std::size_t byte);
  [[nodiscard]] Token token(TokenKind kind, std::size_t begin, std::size_t length);
  [[nodiscard]] Token lex_word();
  [[nodiscard]] Token lex_quoted_ident();
  [[nodiscard]] Token lex_number();
  [[nodiscard]] Token lex_hex_number();
  [[nodiscard]] Token lex_punctuation();

  struct StringForm {
    bool raw = false;
    bool bytes = false;
  };
  [[nodiscard]] bool string_starts(StringForm& form, std::size_t& prefix) const;
  [[nodiscard]] Token lex_string(StringForm form, std::size_t prefix);
  [[nodiscard]] Token error(std::size_t byte, std::string message);

  std::string_view source_;
  core::Arena& arena_;
  Report report_;
  std::size_t at_ = 0;             // byte
  std::size_t counted_bytes_ = 0;  // code_point_at has counted up to here
  std::uint32_t counted_points_ = 0;
};

}  // namespace yagura::policy::internal
