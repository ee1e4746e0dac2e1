#pragma once

#include <iterator>
#include <span>
#include <string_view>

namespace yagura::posture {

struct ShippedRule {
  std::string_view path;  // below rules/: "checks/workload/privileged-container/policy.yaml"
  std::string_view text;
};

// The content of rules/, compiled in; in order of path.
[[nodiscard]] std::span<const ShippedRule> shipped_rules();

}  // namespace yagura::posture
