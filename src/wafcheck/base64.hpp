#pragma once

// Base64 of RFC 4648, section 4, with white space anywhere, as YAML breaks it into lines.

#include <optional>
#include <string>
#include <string_view>

namespace yagura::wafcheck {

// Nothing: not base64. Padding may be missing.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

}  // namespace yagura::wafcheck
