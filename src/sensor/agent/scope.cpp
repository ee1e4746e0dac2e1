#include "sensor/agent/scope.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "core/file.hpp"
#include "sensor/identity/cgroup_tree.hpp"

namespace yagura::sensor {

Result<std::vector<std::uint64_t>> cgroup_ids(const std::vector<std::string>& folders) {
  std::vector<std::uint64_t> ids;
  if (folders.empty()) return ids;
  YAGURA_TRY(const std::string mounts, core::read_file("/proc/self/mountinfo"));
  const std::string mount = find_cgroup_mounts(mounts).unified;
  if (mount.empty()) return fail(ErrorCode::kUnsupported, "scope: no cgroup2 is mounted here");
  for (const std::string& folder : folders) {
    const std::filesystem::path path = folder.starts_with(mount + "/")
                                           ? std::filesystem::path(folder)
                                           : std::filesystem::path(mount + "/" + folder);
    struct stat facts{};
    if (::stat(path.c_str(), &facts) != 0) {
      return fail(ErrorCode::kNotFound,
                  "scope: no cgroup " + path.string() + ": " + std::strerror(errno));
    }
    ids.push_back(facts.st_ino);
  }
  return ids;
}

}  // namespace yagura::sensor
