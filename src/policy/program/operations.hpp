#pragma once

// The operators on values, where neither operand is abnormal (an error or unknown). Each answers an
// error value where the kinds have no overload, or on overflow.

#include "policy/program/context.hpp"
#include "policy/program/value.hpp"

namespace yagura::policy {

[[nodiscard]] Value add(EvalContext& context, const Value& a, const Value& b);
[[nodiscard]] Value subtract(EvalContext& context, const Value& a, const Value& b);
[[nodiscard]] Value multiply(EvalContext& context, const Value& a, const Value& b);
[[nodiscard]] Value divide(EvalContext& context, const Value& a, const Value& b);
[[nodiscard]] Value modulo(EvalContext& context, const Value& a, const Value& b);
[[nodiscard]] Value negate(EvalContext& context, const Value& a);

// a[b]: lists by int (or a uint or double that is a whole number), maps by key, optionals inside.
[[nodiscard]] Value index(EvalContext& context, const Value& a, const Value& b);
// a[?b] and a.?b: an optional.
[[nodiscard]] Value optional_index(EvalContext& context, const Value& a, const Value& b);
[[nodiscard]] Value optional_select(EvalContext& context, const Value& a, std::string_view field);
// a.field: maps, and optionals inside.
[[nodiscard]] Value select(EvalContext& context, const Value& a, std::string_view field);
// has(a.field)
[[nodiscard]] Value has_field(EvalContext& context, const Value& a, std::string_view field);
// a in b
[[nodiscard]] Value contains(EvalContext& context, const Value& a, const Value& b);
// size(a); negative: it has none.
[[nodiscard]] std::int64_t size_of(const Value& a);
// optional.ofNonZeroValue: zero is false, 0, "", empty, null, none, the epoch.
[[nodiscard]] bool is_zero_value(const Value& a);

}  // namespace yagura::policy
