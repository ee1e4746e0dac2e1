#pragma once

#include <cstdint>
#include <string_view>

namespace yagura::vuln::vex {

// RFC 3339 (or a date alone) as microseconds since 1970; the lowest number for what is neither, so
// that it is older than all.
[[nodiscard]] std::int64_t instant(std::string_view text);

}  // namespace yagura::vuln::vex
