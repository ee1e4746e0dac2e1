#pragma once

// Parameters of a request URI's query (application/x-www-form-urlencoded, WHATWG URL 5.1). Internal
// to this folder.

#include <optional>
#include <string>
#include <string_view>

namespace yagura::rules {

// The first value of the parameter, decoded; nothing where the query lacks it. A pair with a broken
// escape (%g1) is kept as it is written: one such pair must not hide the others. Linear.
[[nodiscard]] std::optional<std::string> query_parameter(std::string_view uri,
                                                         std::string_view name);

}  // namespace yagura::rules
