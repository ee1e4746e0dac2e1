#pragma once

// The suites' values as CEL values, and back to compare.

#include "policy/program/context.hpp"
#include "policy/program/value.hpp"
#include "suite.hpp"

namespace yagura::conformance {

[[nodiscard]] policy::Value make_value(policy::EvalContext& context, const TestValue& value);

// Exactly the same: kinds too (1 is not 1u nor 1.0), maps in any order, NaN is NaN.
[[nodiscard]] bool matches(const TestValue& expected, const policy::Value& got);

[[nodiscard]] std::string describe(const TestValue& value);

}  // namespace yagura::conformance
