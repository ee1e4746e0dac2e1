#include "sensor/identity/testing.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>

#include "core/file.hpp"
#include "sensor/identity/cgroup_tree.hpp"

namespace yagura::sensor::testing {

ScratchDirectory::ScratchDirectory() {
  static std::atomic<unsigned> number = 0;
  path_ = std::filesystem::temp_directory_path() /
          fmt::format("yagura-identity-{}-{}", ::getpid(), ++number);
  std::filesystem::create_directories(path_);
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code error;
  std::filesystem::remove_all(path_, error);
}

void ScratchDirectory::write(const std::string& relative, std::string_view text) const {
  const std::filesystem::path path = path_ / relative;
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

OwnCgroups::OwnCgroups() {
  static std::atomic<unsigned> number = 0;
  const auto mountinfo = core::read_file("/proc/self/mountinfo");
  mount_ = mountinfo ? find_cgroup_mounts(*mountinfo).unified : "";
  top_ = fmt::format("/yagura-identity-{}-{}", ::getpid(), ++number);
  is_usable_ = !mount_.empty() && ::mkdir((mount_ + top_).c_str(), 0755) == 0;
}

OwnCgroups::~OwnCgroups() {
  if (is_usable_) {
    std::ofstream(mount_ + top_ + "/cgroup.kill") << "1";
  }
  while (!made_.empty()) {
    remove_last();
  }
  ::rmdir((mount_ + top_).c_str());
}

OwnCgroups::Made OwnCgroups::make(const std::string& relative) {
  std::string path = top_;
  for (std::size_t begin = 1; begin < relative.size();) {
    const std::size_t end = std::min(relative.find('/', begin), relative.size());
    path += "/" + relative.substr(begin, end - begin);
    if (::mkdir((mount_ + path).c_str(), 0755) == 0) {
      made_.push_back(path);
    }
    begin = end + 1;
  }
  struct stat status{};
  ::stat((mount_ + path).c_str(), &status);
  return {status.st_ino, path};
}

void OwnCgroups::remove_last() {
  ::rmdir((mount_ + made_.back()).c_str());
  made_.pop_back();
}

std::string container_id(unsigned number) { return fmt::format("c{:063x}", number); }

std::string containerd_config(const BundleText& text) {
  const std::string names = text.container.empty()
                                ? std::string(R"("io.kubernetes.cri.container-type":"sandbox")")
                                : fmt::format(R"("io.kubernetes.cri.container-type":"container",
             "io.kubernetes.cri.container-name":"{}","io.kubernetes.cri.image-name":"{}")",
                                              text.container, text.image);
  return fmt::format(
      R"({{"ociVersion":"1.0.2","process":{{"user":{{"uid":101,"gid":101}},"args":["nginx"],
      "env":["SECRET=x"],"capabilities":{{"bounding":[{3}],"effective":[{3}]}}}},
      "root":{{"path":"rootfs","readonly":true}},"mounts":[
      {{"destination":"/proc","type":"proc","source":"proc","options":["nosuid"]}},
      {{"destination":"/etc/hosts","type":"bind","options":["rbind","rw"],
        "source":"/var/lib/containerd/io.containerd.grpc.v1.cri/sandboxes/x/hosts"}}{4}],
      "annotations":{{{0},"io.kubernetes.cri.sandbox-id":"{1}",{2}}},
      "linux":{{"namespaces":[{5}],"resources":{{"devices":[{6}]}}}}}})",
      names, text.sandbox,
      fmt::format(
          R"("io.kubernetes.cri.sandbox-name":"{}","io.kubernetes.cri.sandbox-namespace":"{}",
      "io.kubernetes.cri.sandbox-uid":"{}")",
          text.pod, text.name_space, text.uid),
      text.capabilities, text.mounts.empty() ? "" : "," + text.mounts, text.namespaces,
      text.devices);
}

std::string containerd_path(const std::string& id) {
  return fmt::format("run/containerd/io.containerd.runtime.v2.task/k8s.io/{}/config.json", id);
}

}  // namespace yagura::sensor::testing
