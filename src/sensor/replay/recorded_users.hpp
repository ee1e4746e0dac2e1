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

}  // namespace yagura::sensor
