#pragma once

// Profiles as files: JSON, version 1. Bytes that are no UTF-8 text, control characters and
// backslashes are written \xHH (within JSON: \\xHH), so that a path comes back as it was.

#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "sensor/analysis/profile/profile.hpp"

namespace yagura::sensor {

inline constexpr int kProfileVersion = 1;
inline constexpr std::uint64_t kMaxProfileFile = std::uint64_t{16} << 20;  // bytes

[[nodiscard]] std::string profile_json(const Profile& profile);

// Errors: no JSON, another version, members missing or of another kind; the message names file,
// line and what is wrong. Lists longer than the limits make their tables full.
[[nodiscard]] Result<std::unique_ptr<Profile>> read_profile(std::string_view json,
                                                            std::string_view file_name,
                                                            const ProfileLimits& limits = {});

[[nodiscard]] std::string escape_feature(std::string_view text);
[[nodiscard]] std::string unescape_feature(std::string_view text);

}  // namespace yagura::sensor
