#pragma once

// "…".format([…]) of cel-go's string extension (ext/formatting.go): %s %d %f %e %b %o %x %X, a
// precision for %f and %e.

#include "policy/library/internal/arguments.hpp"

namespace yagura::policy {

[[nodiscard]] Value format_string(EvalContext& context, Arguments args);

}  // namespace yagura::policy
