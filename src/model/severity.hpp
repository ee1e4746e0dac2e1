#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace yagura::model {

// Ordered: a later one is worse.
enum class Severity : std::uint8_t { kInfo, kLow, kMedium, kHigh, kCritical };

// "info", "low", "medium", "high", "critical".
[[nodiscard]] std::string_view to_string(Severity severity);
[[nodiscard]] std::optional<Severity> severity_from_string(std::string_view text);  // any case

}  // namespace yagura::model
