#pragma once

// The type conversions of the standard library (cel-spec doc/langdef.md, "List of Standard
// Definitions"; texts and ranges as cel-go has them).

#include <string>

#include "policy/library/internal/arguments.hpp"

namespace yagura::policy {

[[nodiscard]] Value to_bool(EvalContext& context, Arguments args);
[[nodiscard]] Value to_bytes(EvalContext& context, Arguments args);
[[nodiscard]] Value to_double(EvalContext& context, Arguments args);
[[nodiscard]] Value to_int(EvalContext& context, Arguments args);
[[nodiscard]] Value to_uint(EvalContext& context, Arguments args);
[[nodiscard]] Value to_string(EvalContext& context, Arguments args);
[[nodiscard]] Value to_timestamp(EvalContext& context, Arguments args);
[[nodiscard]] Value to_duration(EvalContext& context, Arguments args);

// As Go prints a double with %g: the shortest digits that read back, with an exponent below 1e-4
// and from 1e6 on: "123456.5", "1e+06", "+Inf", "NaN".
[[nodiscard]] std::string double_text(double value);
// The shortest digits without an exponent; "NaN", "Infinity", "-Infinity".
[[nodiscard]] std::string fixed_double_text(double value);

}  // namespace yagura::policy
