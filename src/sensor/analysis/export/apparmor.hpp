#pragma once

// An AppArmor profile (apparmor.d(5)) of what a workload does: programs, libraries, directories,
// capabilities and kinds of networks. A "*" that stands for machine-made names is AppArmor's "*".
// Only learned facts; what was written and run by the container itself is not allowed to run.

#include <string>
#include <string_view>

#include "sensor/analysis/profile/profile.hpp"

namespace yagura::sensor {

// "yagura-web-main"
[[nodiscard]] std::string apparmor_profile_name(const Profile& profile);
[[nodiscard]] std::string apparmor_profile(const Profile& profile);
// A path in AppArmor's quotes: special characters escaped, but for "*".
[[nodiscard]] std::string apparmor_path(std::string_view path);

}  // namespace yagura::sensor
