#pragma once

// Differences of times that captures choose: they may be anything, and wrap rather than overflow.

#include <cstdint>

namespace yagura::sensor {

[[nodiscard]] constexpr std::int64_t time_between(std::int64_t from_ns, std::int64_t to_ns) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(to_ns) -
                                   static_cast<std::uint64_t>(from_ns));
}

}  // namespace yagura::sensor
