#pragma once

// The counters as text for Prometheus: exposition format 0.0.4
// (prometheus.io/docs/instrumenting/exposition_formats).

#include <functional>
#include <string>
#include <string_view>

#include "waf/c_api/shared_memory.hpp"

namespace yagura::waf {

[[nodiscard]] std::string metrics_text(const SharedCounters& counters);

}  // namespace yagura::waf
