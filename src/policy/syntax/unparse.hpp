#pragma once

// AST to CEL text: macros as they were called, as few parentheses as keep the meaning, one space
// around binary operators, double quotes. Parsing the text again gives an equal tree.

#include <string>

#include "policy/syntax/ast.hpp"

namespace yagura::policy {

[[nodiscard]] std::string unparse(const Ast& ast);

// One subexpression of the ast.
[[nodiscard]] std::string unparse(const Ast& ast, const Expr& expr);

}  // namespace yagura::policy
