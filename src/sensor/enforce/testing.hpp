#pragma once

// For tests: control groups of their own, and actions tried in them.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sensor/enforce/enforcer.hpp"

namespace yagura::sensor::enforce::testing {

// Makes a control group below the root of cgroup2, and takes it away with the processes in it.
class OwnCgroup {
 public:
  explicit OwnCgroup(std::string_view name);  // the process's number is added
  ~OwnCgroup();
  OwnCgroup(const OwnCgroup&) = delete;
  OwnCgroup& operator=(const OwnCgroup&) = delete;

  [[nodiscard]] bool is_there() const { return id_ != 0; }
  [[nodiscard]] std::uint64_t id() const { return id_; }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  // A container that consists of this group, complete, without a pod.
  [[nodiscard]] PolicedContainer container() const;

 private:
  std::filesystem::path folder_;
  std::string path_;
  std::uint64_t id_ = 0;
};

// How an action ended: 0, its errno, or minus the signal that killed it.
struct Outcome {
  int error = 0;
  int signal = 0;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};
[[nodiscard]] std::string to_string(const Outcome& outcome);

// Runs `action` in a new process, which enters `cgroup` first (null: stays where this one is).
// The action gives 0 or an errno.
[[nodiscard]] Outcome attempt(const OwnCgroup* cgroup, const std::function<int()>& action);

// 0 or errno of what a system call gave.
[[nodiscard]] int error_of(long result);

// Policies of one document each: mode and sections as in "mode: block, mounts: deny". Aborts where
// they are wrong.
[[nodiscard]] std::vector<Policy> policies_of(const std::vector<std::string>& specs);

}  // namespace yagura::sensor::enforce::testing
