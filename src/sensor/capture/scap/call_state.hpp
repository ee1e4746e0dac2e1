#pragma once

// What a call changes: descriptors, the working directory, credentials.

#include <string_view>

#include "sensor/capture/scap/parameters.hpp"
#include "sensor/capture/scap/state.hpp"

namespace yagura::sensor::scap {

// Before the record is made: what the call made or connected.
void apply_before(std::string_view call, const Parameters& parameters, Task& task);
// After it: what the call closed.
void apply_after(std::string_view call, const Parameters& parameters, Task& task);

// The directory that a path starts from; "cwd", or the name of the parameter with its descriptor.
[[nodiscard]] std::string_view directory_of(std::string_view directory,
                                            const Parameters& parameters, const Task& task);

}  // namespace yagura::sensor::scap
