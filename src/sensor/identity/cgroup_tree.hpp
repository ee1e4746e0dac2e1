#pragma once

// The cgroup hierarchies of this node: where they are mounted, what is in them, and which path an
// id has. A cgroup2's id is its directory's inode number, the same in every mount.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace yagura::sensor {

struct CgroupMounts {
  std::string unified;              // of cgroup2: "/sys/fs/cgroup", hybrid ".../unified"; "": none
  std::vector<std::string> legacy;  // of version 1 with controllers
};

// From /proc/self/mountinfo (proc(5)). Of several mounts the first whose root is the hierarchy's.
// Linear.
[[nodiscard]] CgroupMounts find_cgroup_mounts(std::string_view mountinfo);

struct CgroupTreeLimits {
  std::size_t max_cgroups = 100'000;
  std::size_t max_depth = 64;
};

// An open hierarchy. Thread-safe.
class CgroupTree {
 public:
  // `mount`: the directory where cgroup2 is mounted.
  [[nodiscard]] static Result<CgroupTree> open(std::string mount);
  CgroupTree(CgroupTree&& other) noexcept;
  CgroupTree& operator=(CgroupTree&&) noexcept = delete;
  ~CgroupTree();

  [[nodiscard]] const std::string& mount() const { return mount_; }
  [[nodiscard]] std::uint64_t root_id() const { return root_id_; }

  // Every cgroup below `path` ("/": all), parents first. kLimitExceeded after what fits was told.
  using Visit = std::function<void(std::uint64_t id, const std::string& path)>;
  [[nodiscard]] Result<void> walk(const std::string& path, const Visit& visit,
                                  const CgroupTreeLimits& limits = {}) const;

  // The path of a cgroup by its file handle (kernfs has the id in it, Linux 5.5): one system call,
  // which needs CAP_DAC_READ_SEARCH. Nothing where it is gone or not allowed.
  [[nodiscard]] std::optional<std::string> path_of(std::uint64_t id) const;
  // The id of a path; 0 where it is gone.
  [[nodiscard]] std::uint64_t id_of(const std::string& path) const;

 private:
  CgroupTree() = default;
  std::string mount_;
  int fd_ = -1;
  std::uint64_t root_id_ = 0;
};

}  // namespace yagura::sensor
