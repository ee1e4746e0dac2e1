#pragma once

// Ends one process and no other. A number that was given to another process meanwhile is noticed by
// the time at which that one began; the signal goes through a pidfd (Linux 5.3), so that nothing
// can slip in between.

#include <cstdint>

#include "core/result.hpp"

namespace yagura::sensor {

// Sends SIGKILL. `start_ns`: Process::start_ns (CLOCK_BOOTTIME), compared as /proc/PID/stat tells
// it, in ticks of 10 ms. kNotFound: it is gone, also if its number is another's now. kInvalidInput:
// process 1, this process, a kernel thread.
[[nodiscard]] Result<void> kill_process(std::uint32_t pid, std::uint64_t start_ns);

}  // namespace yagura::sensor
