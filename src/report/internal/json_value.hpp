#pragma once

#include <string_view>

namespace yagura::report {

// Whether the text is exactly one JSON value (RFC 8259) of valid UTF-8, nested at most 64 deep.
// Linear; never recursive. Writers embed a fix's value only then, so that a value that is not JSON
// cannot break the document around it.
[[nodiscard]] bool is_json(std::string_view text);

}  // namespace yagura::report
