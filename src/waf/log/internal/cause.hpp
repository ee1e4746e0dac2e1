#pragma once

#include "waf/engine/detection.hpp"
#include "waf/log/internal/chain_targets.hpp"

namespace yagura::waf {

// A rule that only compares scores (949110) names no value of the request: it decides, others are
// why.
[[nodiscard]] inline bool is_cause(const Detection& detection) {
  if (!detection.logged || detection.shadow) return false;
  if (!log::chain_targets(detection).addresses.empty()) return true;
  return !detection.address.empty() && !detection.address.starts_with("TX:") &&
         !detection.address.starts_with("&TX");
}

}  // namespace yagura::waf
