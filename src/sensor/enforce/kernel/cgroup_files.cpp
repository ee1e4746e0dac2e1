#include "sensor/enforce/kernel/cgroup_files.hpp"

#include <fmt/format.h>
#include <linux/magic.h>
#include <mntent.h>
#include <sys/stat.h>

#include <cstdio>
#include <fstream>
#include <memory>

namespace yagura::sensor::enforce {

std::filesystem::path find_cgroup_root() {
  struct Close {
    void operator()(FILE* file) const { endmntent(file); }
  };
  const std::unique_ptr<FILE, Close> mounts(setmntent("/proc/self/mounts", "r"));
  if (!mounts) return {};
  while (const mntent* entry = getmntent(mounts.get())) {
    if (std::string_view(entry->mnt_type) == "cgroup2") return entry->mnt_dir;
  }
  return {};
}

std::optional<std::uint64_t> cgroup_id_of(const std::filesystem::path& folder) {
  struct stat facts{};
  if (stat(folder.c_str(), &facts) != 0 || !S_ISDIR(facts.st_mode)) return std::nullopt;
  return facts.st_ino;
}

std::optional<std::string> cgroup_path_of(std::uint32_t pid) {
  std::ifstream lines(fmt::format("/proc/{}/cgroup", pid));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("0::")) return line.substr(3);
  }
  return std::nullopt;
}

std::vector<std::uint32_t> processes_of(const std::filesystem::path& folder) {
  std::ifstream lines(folder / "cgroup.procs");
  std::vector<std::uint32_t> pids;
  for (std::uint32_t pid = 0; lines >> pid;) pids.push_back(pid);
  return pids;
}

std::optional<std::uint64_t> start_ticks_of(std::uint32_t pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::string text;
  if (!std::getline(file, text)) return std::nullopt;
  // The name stands in parentheses and may hold anything; the start is the 20th field behind it.
  std::size_t at = text.rfind(')');
  if (at == std::string::npos) return std::nullopt;
  for (int field = 0; field < 20; ++field) {
    at = text.find(' ', at + 1);
    if (at == std::string::npos) return std::nullopt;
  }
  return std::strtoull(text.c_str() + at + 1, nullptr, 10);
}

}  // namespace yagura::sensor::enforce
