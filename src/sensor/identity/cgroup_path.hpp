#pragma once

// What a cgroup's path says of the container in it. Paths are made by runtimes and the kubelet, but
// a container that may write its own cgroup (nested containers, systemd) chooses what stands below
// it: what the outermost pod's container says holds, and all below belongs to it.
//
// Forms (id: 64 hex digits; uid: the pod's, or 32 hex digits of a static pod):
//   …/kubepods[/burstable|/besteffort]/pod<uid>/<id>                      cgroupfs; also crio-<id>
//   …/<p>kubepods[-burstable|-besteffort]-pod<uid_>.slice/<r>-<id>.scope  systemd; r:
//   cri-containerd,
//       crio, docker, libpod; p: what a nested or configured root puts in front ("kubelet-")
//   …/kubepods-…-pod<uid_>.slice:<r>:<id>     a systemd form that was taken for a path
//   …/docker/<id>  …/docker-<id>.scope  …/libpod-<id>[.scope]  …/libpod_parent/…
//   …/nerdctl-<id>.scope …/<id>         outside pods: a container of an unknown runtime (a parent
//   of the operator's own)
// Monitors are no containers: crio-conmon-<id>, libpod-conmon-<id>, kata_overhead.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sensor/event/container.hpp"

namespace yagura::sensor {

enum class Qos : std::uint8_t { kUnknown, kGuaranteed, kBurstable, kBestEffort };

// "Guaranteed", … as Kubernetes writes them; "" where it is unknown.
[[nodiscard]] std::string_view to_string(Qos qos);

struct CgroupIdentity {
  std::string container_id;
  std::string pod_uid;  // with dashes; "" outside pods
  Runtime runtime = Runtime::kUnknown;
  Qos qos = Qos::kUnknown;
  // How much of the path is the container's own cgroup; what stands behind it is nested in it.
  std::size_t own_length = 0;
};

// Of paths above 4096 bytes the first 4096 count. Nothing: no container's. Linear.
[[nodiscard]] std::optional<CgroupIdentity> parse_cgroup_path(std::string_view path);

// The paths of /proc/PID/cgroup.
struct ProcessCgroups {
  std::string unified;  // of cgroup2 ("0::…"); "" where there is none
  std::string legacy;   // of version 1 hierarchies the first that is a container's, else ""
};

// At most 64 lines are read. Linear.
[[nodiscard]] ProcessCgroups parse_process_cgroups(std::string_view text);

}  // namespace yagura::sensor
