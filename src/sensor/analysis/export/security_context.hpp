#pragma once

// What a container could do without, as a patch of its workload (kubectl patch --patch-file): a
// read-only root with emptyDir volumes where it writes, and the capabilities that it used.
//
// Capabilities are known from calls that need one (profile/capability_use.hpp); those that were
// held and could be needed in a way that calls do not show are named in a comment.

#include <string>
#include <vector>

#include "core/result.hpp"
#include "sensor/analysis/profile/profile.hpp"

namespace yagura::sensor {

// Directories that need a volume when the root is read-only: written ones without those below
// others, /proc, /sys, /dev and volumes that are there.
[[nodiscard]] std::vector<std::string> directories_to_write(const Profile& profile);

// Error (kUnsupported): not a workload of pods.
[[nodiscard]] Result<std::string> security_context_patch(const Profile& profile);

}  // namespace yagura::sensor
