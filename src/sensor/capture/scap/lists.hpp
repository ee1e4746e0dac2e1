#pragma once

// The lists that a .scap file begins with: processes, their descriptors, users.

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "sensor/capture/facts.hpp"
#include "sensor/capture/scap/state.hpp"

namespace yagura::sensor::scap {

// A thread as the file describes it; texts point into the block.
struct ListedThread {
  std::uint64_t tid = 0, pid = 0, parent_tid = 0;
  std::uint64_t sid = 0, vpgid = 0;
  std::string_view comm, exe, exe_path, arguments, cwd, environment, cgroups;
  std::int64_t fd_limit = 0;
  std::uint32_t uid = 0, gid = 0;
  std::uint32_t vm_size_kb = 0, vm_rss_kb = 0, vm_swap_kb = 0;
  std::int64_t vtid = -1, vpid = -1;
  std::uint64_t pid_ns_start_ns = 0;
  std::uint32_t tty = 0;
  std::uint32_t login_uid = 0xffffffff;
  bool is_writable = false, is_upper_layer = false, is_memfd = false;
  std::uint64_t cap_inheritable = 0, cap_permitted = 0, cap_effective = 0;
  std::uint64_t exe_ino = 0, exe_ctime_ns = 0, exe_mtime_ns = 0;
};

// Each false: damaged; what came before was handed out.
[[nodiscard]] bool read_threads(std::string_view block, unsigned version,
                                const std::function<void(const ListedThread&)>& take);
[[nodiscard]] bool read_descriptors(
    std::string_view block, bool has_lengths, std::uint64_t& tid,
    const std::function<void(std::int64_t fd, Descriptor descriptor)>& take);
[[nodiscard]] bool read_users(std::string_view block, bool has_lengths,
                              std::vector<UserFacts>& users, std::vector<GroupFacts>& groups);

}  // namespace yagura::sensor::scap
