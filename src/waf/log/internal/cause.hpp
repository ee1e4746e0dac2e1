#pragma once

#include "waf/engine/detection.hpp"

namespace yagura::waf {

// A rule that only compares scores (949110) names no value of the request: it decides, others are
// why.
[[nodiscard]] inline bool is_cause(const Detection& detection) {
  return detection.logged && !detection.shadow && !detection.address.empty() &&
         !detection.address.starts_with("TX:") && !detection.address.starts_with("&TX");
}

}  // namespace yagura::waf
