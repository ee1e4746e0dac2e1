#pragma once

// Metrics of a CVSS vector, taken apart. For the scorers alone.

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace yagura::vuln::cvss {

// A metric and the values that it may have, each one letter but for those of version 2.
struct Metric {
  std::string_view name;
  std::string_view values;  // "N A L P", blank-separated
  bool required = true;
};

inline constexpr std::size_t kMaxMetrics = 40;

// The value of each metric of `metrics`, in their order; "" for those that are not there.
using Values = std::array<std::string_view, kMaxMetrics>;

// False: not a vector of these metrics.
[[nodiscard]] bool take_apart(std::string_view vector, std::span<const Metric> metrics,
                              Values& values);

}  // namespace yagura::vuln::cvss
