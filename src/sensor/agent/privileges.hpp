#pragma once

// The agent gives up what it needs only to start.

#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"

namespace yagura::sensor {

// Capabilities by name ("CAP_BPF"), of which those that the process has are kept in its permitted
// and effective sets; all others leave these, the inheritable, ambient and bounding sets, for good.
// Sets no_new_privs. Of the calling thread and those that it makes later: call it before there are
// others. Errors: an unknown name; the kernel refused.
[[nodiscard]] Result<void> keep_only_capabilities(std::span<const std::string> names);

// Of this thread, effective: "CAP_BPF", …; sorted by number.
[[nodiscard]] std::vector<std::string> effective_capabilities();

}  // namespace yagura::sensor
