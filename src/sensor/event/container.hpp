#pragma once

// Who a process belongs to: its container, pod and workload. Immutable; the resolver (identity/)
// publishes a new one when it learns more, so whoever holds one keeps what was known at that time.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace yagura::sensor {

using Labels = std::vector<std::pair<std::string, std::string>>;  // sorted by key

enum class Runtime : std::uint8_t { kUnknown, kContainerd, kCrio, kDocker, kPodman };

// "containerd", "cri-o", "docker", "podman"; "" where it is unknown.
[[nodiscard]] std::string_view to_string(Runtime runtime);

// How much is known; each state says more than the one before.
enum class Metadata : std::uint8_t {
  kPath,      // the cgroup's path alone: id, perhaps the pod's uid
  kBundle,    // the runtime's own bundle: names, image's name, mounts, privileges
  kComplete,  // the runtime's CRI answered: labels, digest, addresses
  kMissing,   // asked for and not to be had: see problem
};

struct Mount {
  std::string source;
  std::string destination;
  std::string mode;         // options as Falco writes them
  std::string propagation;  // "rprivate", …
  bool is_writable = false;
  friend bool operator==(const Mount&, const Mount&) = default;
};

// From the API server's watch or the CRI's labels.
struct Pod {
  std::string name;
  std::string name_space;
  std::string uid;
  std::string sandbox_id;  // 64 hex digits
  std::string ip;
  std::string service_account;
  std::string node;
  Labels labels;
  Labels annotations;
  std::string workload_kind;  // "Deployment", "CronJob"; of a bare pod "Pod"
  std::string workload_name;
  bool host_network = false;
  bool host_pid = false;
  bool host_ipc = false;
  friend bool operator==(const Pod&, const Pod&) = default;
};

struct Container {
  std::uint64_t cgroup_id = 0;
  std::string cgroup_path;
  std::string id;    // 64 hex digits; never empty: the host has no Container
  std::string name;  // of the container in the pod
  bool is_sandbox = false;
  Runtime runtime = Runtime::kUnknown;
  Metadata metadata = Metadata::kPath;
  std::string problem;  // why metadata is less than complete; for people

  std::string image;             // as it was asked for
  std::string image_repository;  // "docker.io/library/nginx"
  std::string image_tag;
  std::string image_id;
  std::string image_digest;  // "sha256:…"
  Labels labels;
  Labels annotations;
  std::vector<Mount> mounts;
  std::vector<std::string> capabilities;  // effective, "CAP_NET_RAW"
  bool is_privileged = false;
  bool has_read_only_root = false;
  std::string user;
  std::string health_check;  // commands of probes
  std::string liveness_probe;
  std::string readiness_probe;
  std::string cni_json;
  std::int64_t created_ns = 0;  // since 1970; 0: unknown
  std::int64_t started_ns = 0;
  std::shared_ptr<const Pod> pod;  // null: no pod, or not known yet

  // "12 first digits", as Falco and the runtimes' tools show it.
  [[nodiscard]] std::string_view short_id() const { return std::string_view(id).substr(0, 12); }
  // Of pods the object counts, not what it says.
  friend bool operator==(const Container&, const Container&) = default;
};

}  // namespace yagura::sensor
