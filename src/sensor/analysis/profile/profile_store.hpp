#pragma once

// A directory of profiles, a file a workload. Files that cannot be read are refused with a message
// and kept: when their workload is saved again, they are first renamed to ….refused.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/result.hpp"
#include "sensor/analysis/profile/profile.hpp"

namespace yagura::sensor {

// The name of a workload's file: readable, without separators, unique by a hash of the key.
[[nodiscard]] std::string profile_file_name(std::string_view workload_key);

struct LoadedProfiles {
  std::vector<std::unique_ptr<Profile>> profiles;
  std::vector<std::string> problems;  // a message for each refused file
};

// Not thread-safe.
class ProfileStore {
 public:
  // The directory is made at the first save. Limits: max_files are read, others are a problem.
  explicit ProfileStore(std::filesystem::path directory, const ProfileLimits& limits = {},
                        std::size_t max_files = 10'000);

  [[nodiscard]] LoadedProfiles load_all();
  // Those whose files others wrote since we read or wrote them ("profile accept").
  [[nodiscard]] LoadedProfiles load_changed();
  [[nodiscard]] Result<std::unique_ptr<Profile>> load(std::string_view workload_key);

  // Atomic. Where somebody else wrote the file meanwhile, what that one says is merged first.
  [[nodiscard]] Result<void> save(Profile& profile);

  [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }

 private:
  struct Known {
    std::int64_t mtime_ns = 0;
    std::uint64_t inode = 0;
    bool is_refused = false;
    friend bool operator==(const Known&, const Known&) = default;
  };
  [[nodiscard]] static Known stat_of(const std::filesystem::path& path);
  LoadedProfiles load_files(bool only_changed);
  Result<std::unique_ptr<Profile>> read(const std::filesystem::path& path);

  std::filesystem::path directory_;
  ProfileLimits limits_;
  std::size_t max_files_;
  std::unordered_map<std::string, Known> known_;  // by file name
};

}  // namespace yagura::sensor
