#pragma once

// What a runtime keeps about a container in files of the node: there before the container's first
// exec, and without anybody to ask.
//   OCI bundle (containerd, CRI-O, Docker's containerd, Podman): config.json of the OCI runtime
//     specification; annotations of the CRI plugin ("io.kubernetes.cri.…") and of CRI-O
//     ("io.kubernetes.cri-o.…", "io.kubernetes.pod.…")
//   Docker: config.v2.json and hostconfig.json
//   containers/storage (CRI-O, Podman): containers.json, for names and images
// Environment variables are not kept: secrets stand in them.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "sensor/event/container.hpp"

namespace yagura::sensor {

// Where runtimes keep their files; each is looked at below `root`.
struct RuntimePaths {
  std::string root;  // where the node's root directory is mounted: "", "/host"
  std::vector<std::string> containerd_states = {"/run/containerd", "/run/k3s/containerd"};
  std::vector<std::string> containerd_namespaces = {"k8s.io", "moby", "default"};
  std::vector<std::string> storages = {"/run/containers/storage", "/var/lib/containers/storage"};
  std::vector<std::string> docker_roots = {"/var/lib/docker"};
  std::uint64_t max_file = std::uint64_t{1} << 20;  // bytes of one file; more is kLimitExceeded
};

// Facts of a container and its pod; fields that the files don't tell are empty.
struct Bundle {
  // Not its cgroup. metadata: kBundle, kComplete of Docker and Podman, whom CRI does not know.
  Container container;
  std::optional<Pod> pod;  // nothing outside pods
  // The host's namespaces are the sandbox's business: `pod` has them where this is one.
  bool is_sandbox = false;
};

// Reads at most four small files. `id` must be 64 hex digits (kInvalidInput), since it becomes a
// part of paths. kNotFound: no runtime has files of it (any more).
[[nodiscard]] Result<Bundle> read_bundle(const RuntimePaths& paths, std::string_view id,
                                         Runtime runtime);

// The parts, for their texts. `name` is for messages.
[[nodiscard]] Result<Bundle> parse_oci_config(std::string name, std::string text);
// Docker's, on top of what the OCI bundle said (`bundle` may be fresh).
[[nodiscard]] Result<void> add_docker_config(Bundle& bundle, std::string config,
                                             std::string host_config);

}  // namespace yagura::sensor
