#pragma once

// What kernel programs read of each system call (bpf/call_plan.h). The table is by name of the
// call; README.md says in words which sections its records carry.

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "rules/event_type.hpp"
#include "sensor/bpf/call_plan.h"

namespace yagura::sensor {

enum class OpenInterest : std::uint8_t {
  kAll,
  kNotReadOnly,  // opens that can neither write nor create are not told
};

struct CallPlanOptions {
  // Only calls with these types are planned; empty: all.
  std::span<const rules::EventType> event_types;
  OpenInterest opens = OpenInterest::kAll;
  // Bytes of buffers that calls read or write, at most YGR_MAX_DATA.
  std::uint16_t data_bytes = 80;
  // Tell DNS messages (YGR_DNS) and executable maps (YGR_LIBRARY) although no rule asks for the
  // calls.
  bool tells_dns = false;
  bool tells_libraries = false;
};

// By number of the call; 32-bit calls from YGR_CALLS on.
using CallPlanTable = std::array<ygr_call_plan, YGR_CALLS + YGR_COMPAT_CALLS>;

// A call without a plan of its own is told with its arguments only.
[[nodiscard]] CallPlanTable make_call_plans(const CallPlanOptions& options);

// Whether any call is planned.
[[nodiscard]] bool has_plans(const CallPlanTable& table);

}  // namespace yagura::sensor
