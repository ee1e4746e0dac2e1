#pragma once

// What is told of each operation of io_uring (bpf/uring.h): those that do what a rule could ask
// for. Reading and writing is left out: who reads has opened.

#include <array>
#include <span>

#include "rules/event_type.hpp"
#include "sensor/bpf/uring_plan.h"

namespace yagura::sensor {

using UringPlanTable = std::array<ygr_uring_plan, YGR_URING_OPERATIONS>;

// By number of the operation (linux/io_uring.h). Only events of these types are planned.
[[nodiscard]] UringPlanTable make_uring_plans(std::span<const rules::EventType> event_types);

}  // namespace yagura::sensor
