#pragma once

// The cgroups that an agent is told to keep to, by the names of their folders.

#include <cstdint>
#include <string>
#include <vector>

#include "core/result.hpp"

namespace yagura::sensor {

// Ids of folders of the unified hierarchy; a path may be given relative to its mount
// ("kubepods/burstable") or whole. Errors: no unified hierarchy, or no such folder in it.
[[nodiscard]] Result<std::vector<std::uint64_t>> cgroup_ids(
    const std::vector<std::string>& folders);

}  // namespace yagura::sensor
