#pragma once

// The templates that a test's `data` may hold. go-ftw runs them through Go's text/template with
// sprig's functions; the tests use one of them:
//   {{ "x" | repeat 100 }}   {{ repeat 100 "x" }}   {{ "literal" }}

#include <string>
#include <string_view>

#include "core/result.hpp"

namespace yagura::wafcheck {

inline constexpr std::size_t kMaxExpandedData = std::size_t{32} << 20;  // bytes

// Fails for any other template, and where the result would be larger than kMaxExpandedData.
[[nodiscard]] Result<std::string> expand_template(std::string_view text);

}  // namespace yagura::wafcheck
