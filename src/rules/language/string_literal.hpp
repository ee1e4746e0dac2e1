#pragma once

// Quoted strings: '…' and "…" with the escapes \b \f \n \r \t \\ \/, \xHH for a byte, and the
// own quote. Internal.

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "rules/language/parser.hpp"

namespace yagura::rules {

struct Literal {
  std::string text;
  std::size_t end = 0;  // behind the closing quote
};

// `text[at]` is a quote. Offsets of problems count in `text`.
[[nodiscard]] std::expected<Literal, ParseProblem> read_literal(std::string_view text,
                                                                std::size_t at);

}  // namespace yagura::rules
