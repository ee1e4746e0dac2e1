#pragma once

// Tier B's table of system calls (bpf/call_table.h) for this machine.

#include "core/result.hpp"
#include "sensor/enforce/kernel/programs.hpp"

namespace yagura::sensor::enforce {

[[nodiscard]] Result<void> fill_judged_calls(const Programs& programs);

}  // namespace yagura::sensor::enforce
