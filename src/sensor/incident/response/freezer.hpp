#pragma once

// Holds all processes of a container where they are, and lets them go on. cgroup2's cgroup.freeze
// (Linux 5.2), else the freezer of version 1. Nested cgroups are held too.

#include <chrono>

#include "core/result.hpp"
#include "sensor/incident/response/container_cgroup.hpp"

namespace yagura::sensor {

// Returns when every process stands still. kLimitExceeded: not all do yet (one may be waiting for a
// device); they will as soon as they can.
[[nodiscard]] Result<void> freeze(const ContainerCgroup& cgroup,
                                  std::chrono::milliseconds timeout = std::chrono::seconds(5));
[[nodiscard]] Result<void> thaw(const ContainerCgroup& cgroup,
                                std::chrono::milliseconds timeout = std::chrono::seconds(5));

}  // namespace yagura::sensor
