#pragma once

// Text to tokens of SQL, all dialects at once. Any bytes are a text; every byte is read a bounded
// number of times.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "waf/detect/internal/sqli_words.hpp"

namespace yagura::waf::sqli {

struct Token {
  Kind kind = Kind::kEnd;
  Word word;  // of a kWord and of keywords
  std::uint32_t begin = 0, length = 0;
  char open = 0;          // the quote that a string begins with; 0: it began before the text
  char close = 0;         // the quote that it ends with; 0: the text ended first
  bool compares = false;  // an operator that compares; an operand that a comparison was folded into
  bool unary = false;     // an operator that may stand before its only operand
  bool casts = false;     // ::
  bool folded = false;    // an operand, or an operator, that more was folded into
  bool followed_by_word = false;  // an operand that a word stands behind: an alias, or prose
};

// How the dialects differ in what they take for a comment.
enum class Dialect : std::uint8_t {
  kStandard,  // "--" to the end of the line
  kMySql,     // "-- " with a blank, and "#", to the end of the line
};

class Lexer {
 public:
  // `quote`: the text begins inside a string that this byte ends; 0: it does not.
  Lexer(std::string_view text, char quote, Dialect dialect);

  // kEnd at the end, again and again.
  Token next();
  // A comment was seen that the other dialect reads in another way.
  [[nodiscard]] bool dialect_matters() const { return dialect_matters_; }
  // Bytes looked at so far: at most kStepsPerByte times the text's length, plus kSteps.
  [[nodiscard]] std::uint64_t steps() const { return steps_; }
  static constexpr std::uint64_t kStepsPerByte = 8, kSteps = 64;

 private:
  [[nodiscard]] unsigned char at(std::size_t position) const {
    return position < text_.size() ? static_cast<unsigned char>(text_[position]) : 0;
  }
  Token token(Kind kind, std::size_t length);
  void skip_blanks();
  Token string(std::size_t prefix, char open, char close);
  Token number();
  Token word();
  std::size_t word_end(Word& known);
  Token variable();
  Token block_comment();
  Token line_comment(std::size_t introducer);
  Token dollar();
  Token bracketed();
  Token path();
  Token symbol();
  Token operator_token(std::size_t length);

  std::string_view text_;
  std::size_t position_ = 0;
  char inside_;
  Dialect dialect_;
  bool dialect_matters_ = false;
  bool lone_q_quote_ = false;
  std::uint64_t steps_ = 0;
};

}  // namespace yagura::waf::sqli
