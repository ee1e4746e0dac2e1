#pragma once

#include <vector>

#include "policy/syntax/ast.hpp"
#include "policy/syntax/issue.hpp"

namespace yagura::policy {

// Literals that cannot be what the function they are given to takes: regular expressions,
// durations, timestamps. An API server refuses such expressions when a policy is created, rather
// than when they fail.
[[nodiscard]] std::vector<Issue> check_literals(const Ast& ast);

}  // namespace yagura::policy
