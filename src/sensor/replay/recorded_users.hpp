#pragma once

// The users of a recording as the files that UserNames reads: in a folder of its own, gone with the
// object.

#include <filesystem>
#include <memory>
#include <vector>

#include "core/result.hpp"
#include "sensor/capture/facts.hpp"
#include "sensor/view/user_names.hpp"

namespace yagura::sensor {

class RecordedUsers {
 public:
  // Errors: no temporary folder.
  [[nodiscard]] static Result<std::unique_ptr<RecordedUsers>> make(
      const std::vector<UserFacts>& users, const std::vector<GroupFacts>& groups);
  ~RecordedUsers();
  RecordedUsers(const RecordedUsers&) = delete;
  RecordedUsers& operator=(const RecordedUsers&) = delete;

  [[nodiscard]] UserNames& names() { return *names_; }

 private:
  RecordedUsers() = default;
  std::filesystem::path folder_;
  std::unique_ptr<UserNames> names_;
};

// Users and groups of this machine, for a capture that is being written. Empty where the files
// cannot be read; at most 100,000.
[[nodiscard]] std::vector<UserFacts> users_of_this_machine();
[[nodiscard]] std::vector<GroupFacts> groups_of_this_machine();

}  // namespace yagura::sensor
