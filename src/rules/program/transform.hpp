#pragma once

// tolower, toupper, b64, basename and len of a value.

#include "core/arena.hpp"
#include "rules/event_view.hpp"
#include "rules/language/operators.hpp"

namespace yagura::rules {

// The new value lives in the arena or is a part of the old one. Lists are transformed element by
// element, but len() counts them. Absent where the value has no such form: a number's letters, text
// that is no base64.
[[nodiscard]] Value transform(const Value& value, Transformer transformer, core::Arena& arena);

}  // namespace yagura::rules
