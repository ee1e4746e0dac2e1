#pragma once

// Control groups of version 2 and their processes, as files.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace yagura::sensor::enforce {

// Where cgroup2 is mounted; empty: nowhere.
[[nodiscard]] std::filesystem::path find_cgroup_root();
// The number that the kernel's programs know a control group by: its folder's inode.
[[nodiscard]] std::optional<std::uint64_t> cgroup_id_of(const std::filesystem::path& folder);
// The path of a process's group below the root ("/kubepods/…"); none: it is gone.
[[nodiscard]] std::optional<std::string> cgroup_path_of(std::uint32_t pid);
// Processes directly in it.
[[nodiscard]] std::vector<std::uint32_t> processes_of(const std::filesystem::path& folder);
// Hundredths of a second from boot to the process's beginning; none: it is gone.
[[nodiscard]] std::optional<std::uint64_t> start_ticks_of(std::uint32_t pid);

}  // namespace yagura::sensor::enforce
