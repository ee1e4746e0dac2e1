#pragma once

// Which cases need what there is not without protobuf: decided by what the case is made of.

#include <string>

#include "policy/syntax/ast.hpp"
#include "suite.hpp"

namespace yagura::conformance {

// The reason to skip the case, or empty. `ast` is its expression, null where it does not parse.
[[nodiscard]] std::string missing_requirement(const TestCase& test, const Suites& suites,
                                              const policy::Ast* ast);

}  // namespace yagura::conformance
