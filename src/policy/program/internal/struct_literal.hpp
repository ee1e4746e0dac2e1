#pragma once

// Values of struct literals. The google.protobuf messages that CEL maps to its own values become
// those (a wrapper the value that it wraps, Struct a map, ListValue a list, Value what it holds,
// Duration, Timestamp); any other struct becomes a map of its fields, which is what Kubernetes'
// Object{…} literals are used as.

#include <string_view>

#include "policy/program/context.hpp"
#include "policy/program/value.hpp"

namespace yagura::policy {

// `fields`: a map by field name; a field that is null is not set.
[[nodiscard]] Value make_struct(EvalContext& context, std::string_view name, const Value& fields);

}  // namespace yagura::policy
