#pragma once

// Which workload a pod belongs to. With the pod's controller (from the API server) the answer is
// that of its owner, seen through what Kubernetes' own controllers put between: a ReplicaSet named
// by its Deployment and the pod template's hash, a Job named by its CronJob and the minute.
// Without, labels that controllers write say the same for most kinds.

#include <string>
#include <string_view>

#include "sensor/event/container.hpp"

namespace yagura::sensor {

struct Workload {
  std::string kind;  // "Deployment", "DaemonSet", "CronJob", …; "Pod" of a bare one
  std::string name;
};

struct Owner {
  std::string kind;
  std::string name;
};

// `owner` is the owner that controls the pod; an empty one: a bare pod. The node's own pods
// ("static", owned by a Node) count as bare.
[[nodiscard]] Workload workload_of(const Owner& owner, const Pod& pod);

// From the pod's name and labels alone. An empty kind where labels don't say.
[[nodiscard]] Workload guess_workload(const Pod& pod);

}  // namespace yagura::sensor
