#include "sensor/incident/response/container_cgroup.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <filesystem>

#include "core/file.hpp"
#include "sensor/identity/cgroup_path.hpp"
#include "sensor/identity/cgroup_tree.hpp"

namespace yagura::sensor {
namespace {

std::uint64_t inode_of(const std::string& directory) {
  struct stat status{};
  return ::stat(directory.c_str(), &status) == 0 ? status.st_ino : 0;
}

}  // namespace

Result<ContainerCgroup> find_container_cgroup(const Container& container) {
  YAGURA_TRY(const std::string mountinfo, core::read_file("/proc/self/mountinfo"));
  const CgroupMounts mounts = find_cgroup_mounts(mountinfo);
  ContainerCgroup found;
  // A path that came from elsewhere than the kernel might leave the hierarchy.
  if (container.cgroup_path.size() < 2 || container.cgroup_path.find("/..") != std::string::npos) {
    return fail(ErrorCode::kInvalidInput, "the container's cgroup has no path of its own");
  }
  const std::string unified = mounts.unified + container.cgroup_path;
  if (!mounts.unified.empty() && container.cgroup_id != 0 &&
      inode_of(unified) == container.cgroup_id) {
    found.unified = unified;
  }
  for (const std::string& mount : mounts.legacy) {
    const std::string directory = mount + container.cgroup_path;
    if (inode_of(directory + "/freezer.state") != 0) {
      found.freezer = directory;
    }
  }
  if (found.unified.empty() && (found.freezer.empty() || container.cgroup_id != 0)) {
    return fail(ErrorCode::kNotFound,
                fmt::format("the cgroup of container {} is gone", container.short_id()));
  }
  return found;
}

Result<std::string> find_pod_cgroup(const Container& container) {
  YAGURA_TRY(const ContainerCgroup found, find_container_cgroup(container));
  if (found.unified.empty()) {
    return fail(ErrorCode::kUnsupported, "the container has no cgroup in cgroup2");
  }
  const auto identity = parse_cgroup_path(container.cgroup_path);
  if (!identity || identity->pod_uid.empty()) {
    return found.unified;
  }
  return std::filesystem::path(found.unified).parent_path().string();
}

}  // namespace yagura::sensor
