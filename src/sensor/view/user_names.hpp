#pragma once

// Names of users and groups: of the host from its own files, of a container from the files in its
// root, as programs there see them. Whose bytes: the container's, so nothing in it is followed out
// of its root, nothing but regular files of the root's own file system is read, and everything has
// a bound.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sensor/event/process.hpp"

namespace yagura::sensor {

struct UserNamesOptions {
  std::filesystem::path host_root = "/";  // passwd and group are in its etc/
  std::filesystem::path proc = "/proc";   // empty: containers' files are not read (captures)
  // Where cgroup2 may be mounted: there the processes of a container are found.
  std::vector<std::filesystem::path> cgroup_mounts = {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"};
  std::size_t max_file = 1U << 20U;  // bytes; longer files are as if they were not there
  std::size_t max_entries = 4'096;   // of one file
  std::size_t max_containers = 512;  // that are remembered; beyond them any one is forgotten
  std::int64_t recheck_ns = 10'000'000'000;  // files are looked at again after so long
};

struct UserEntry {
  std::string name;
  std::string home;
  std::string shell;
};

// Not thread-safe.
class UserNames {
 public:
  explicit UserNames(UserNamesOptions options = {});
  ~UserNames();
  UserNames(const UserNames&) = delete;
  UserNames& operator=(const UserNames&) = delete;

  // Null: nobody of that number. In containers 0 is root also where its files can't be read. Valid
  // until the next call. Reads files at the first question about a container, and then at most
  // every recheck_ns; otherwise O(1).
  [[nodiscard]] const UserEntry* user(const Process& process, std::uint32_t uid,
                                      std::int64_t wall_ns);
  [[nodiscard]] const std::string* group(const Process& process, std::uint32_t gid,
                                         std::int64_t wall_ns);
  // Of the host's own files, whatever the process: login uids are the host's.
  [[nodiscard]] const UserEntry* host_user(std::uint32_t uid, std::int64_t wall_ns);

  // Grows whenever a file was read that differs from what was known: answers may differ.
  [[nodiscard]] std::uint64_t generation() const { return generation_; }

 private:
  struct Table;
  Table& table_of(const Process& process, std::int64_t wall_ns);
  Table& host(std::int64_t wall_ns);
  // Whether the root was there to be read.
  bool load(Table& table, const std::filesystem::path& root, std::int64_t wall_ns);
  void load_of_container(Table& table, const Process& process, std::int64_t wall_ns);

  UserNamesOptions options_;
  std::unique_ptr<Table> host_;
  std::unordered_map<std::uint64_t, std::unique_ptr<Table>> containers_;  // by cgroup
  std::uint64_t generation_ = 1;
};

}  // namespace yagura::sensor
