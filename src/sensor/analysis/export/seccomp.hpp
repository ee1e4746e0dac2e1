#pragma once

// A seccomp profile in the form that OCI runtimes and Docker read (and Kubernetes as a Localhost
// profile): an allow list by names.
//
// Allowed are
//   - calls that the profile learned;
//   - what the runtime itself does between loading the filter and the container's first program,
//     and what no program does without (seccomp_runtime_calls());
//   - where not every call of the workload was observed (Profile::has_all_calls): also ordinary
//     calls that are never told to analyses (seccomp_ordinary_calls()), since that they are missing
//     says nothing. Calls with effects beyond the process are not among them.
// Newer calls that are refused answer ENOSYS where the C library then takes an older one (clone3,
// statx …), all others EPERM.

#include <span>
#include <string>
#include <string_view>

#include "sensor/analysis/profile/profile.hpp"

namespace yagura::sensor {

struct SeccompOptions {
  // Instead of refusing, write to the audit log (SCMP_ACT_LOG): to try a profile out.
  bool only_log = false;
};

[[nodiscard]] std::string seccomp_profile(const Profile& profile,
                                          const SeccompOptions& options = {});

[[nodiscard]] std::span<const std::string_view> seccomp_runtime_calls();
[[nodiscard]] std::span<const std::string_view> seccomp_ordinary_calls();

}  // namespace yagura::sensor
