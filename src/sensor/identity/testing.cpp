#include "sensor/identity/testing.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <fstream>

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
