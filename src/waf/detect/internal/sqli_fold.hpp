#pragma once

// The shape of an expression: what an attacker can vary without changing it (signs, arithmetic,
// brackets around one operand, lists of operands, aliases, comments between) is folded away as the
// tokens come, so that few patterns describe many attacks. Linear; the stack is small and fixed.

#include <array>
#include <cstddef>
#include <cstdint>

#include "waf/detect/internal/sqli_lexer.hpp"

namespace yagura::waf::sqli {

struct Shape {
  static constexpr std::size_t kMax = 10;
  std::array<Token, kMax + 2> tokens;  // kEnd behind the last
  std::size_t count = 0;
  std::uint32_t lexed = 0;   // tokens read, folded ones too
  bool saw_comment = false;  // anywhere, folded ones too
  bool complete = false;     // the whole text is in it

  [[nodiscard]] const Token& at(std::size_t i) const { return tokens[i < count ? i : kMax + 1]; }
  [[nodiscard]] Kind kind(std::size_t i) const { return at(i).kind; }
};

// Reads until the text ends or the shape is full.
void fold(Lexer& lexer, Shape& shape);

}  // namespace yagura::waf::sqli
