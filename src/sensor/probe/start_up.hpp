#pragma once

// Tasks that are there before the probe: by an iterator of the kernel, with arguments and
// environment from /proc.

#include <cstdint>

#include "core/result.hpp"
#include "sensor/probe/probe.hpp"

namespace yagura::sensor {

// Hands on a record of kind YGR_TASK for each task, threads too, in the kernel's order (by number).
// Of main threads: ARGV and ENV where /proc shows the same process (another PID namespace's /proc
// does not). Errors as those of Probe::open. Returns how many.
[[nodiscard]] Result<std::size_t> tell_running_tasks(const ProbeOptions& options,
                                                     const RecordHandler& handler);

}  // namespace yagura::sensor
