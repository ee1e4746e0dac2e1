#pragma once

// A RuntimePolicy (docs/runtime-policies.md) that lets only learned programs start, and denies what
// the workload never did: programs that it wrote itself, memfds, mounts, ptrace, modules, bpf.
// Its mode is `alert`: whoever trusts it writes `block`.

#include <string>

#include "core/result.hpp"
#include "sensor/analysis/profile/profile.hpp"

namespace yagura::sensor {

// Error (kUnsupported): not a workload of pods, or no program of it was seen.
[[nodiscard]] Result<std::string> runtime_policy(const Profile& profile);

}  // namespace yagura::sensor
