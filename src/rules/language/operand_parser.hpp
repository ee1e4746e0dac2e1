#pragma once

// The values of conditions and outputs: fields, and calls of transformers around them.
//
//   operand   = field | transformer "(" argument { "," argument } ")" [ "[" letter "]" ]
//   argument  = operand | quoted | number | "(" [ argument { "," argument } ] ")"
//   field     = name "." name { "." name } [ "[" ( quoted | bare ) "]" ]
//
// As falcosecurity/libs has it since 0.24 (userspace/libsinsp/filter/parser.h); the brackets behind
// a call are getopt's.

#include <cstddef>
#include <expected>
#include <string_view>

#include "rules/language/ast.hpp"
#include "rules/language/parser.hpp"

namespace yagura::rules {

class Scanner;

inline constexpr std::size_t kMaxArguments = 32;  // of a call or a list
inline constexpr std::size_t kMaxLeaves = 64;     // fields and constants of an operand

struct ParsedOperand {
  Operand operand;
  std::size_t end = 0;  // behind it
};

// The operand that begins at `at`; text may follow. Linear time.
[[nodiscard]] std::expected<ParsedOperand, ParseProblem> parse_operand(std::string_view text,
                                                                       std::size_t at = 0);

// The same for the condition parser: passes the operand, or leaves the problem in the scanner.
// `depth` is how deeply it stands.
[[nodiscard]] bool read_operand(Scanner& scanner, Operand& operand, int depth);
// A field, no call.
[[nodiscard]] bool read_field(Scanner& scanner, Operand& operand);

}  // namespace yagura::rules
