#pragma once

// Where a container's cgroup is on this node, looked up when something is done to it: a directory
// of that path that is another's by now is not touched.

#include <string>

#include "core/result.hpp"
#include "sensor/event/container.hpp"

namespace yagura::sensor {

struct ContainerCgroup {
  std::string unified;  // directory in cgroup2; "" where the container has none there
  std::string freezer;  // directory with freezer.state (version 1); "" where there is none
};

// kNotFound: it is gone.
[[nodiscard]] Result<ContainerCgroup> find_container_cgroup(const Container& container);

// The cgroup of the whole pod, as a directory in cgroup2: one above a container's; of a container
// outside pods its own. kUnsupported: there is none in cgroup2.
[[nodiscard]] Result<std::string> find_pod_cgroup(const Container& container);

}  // namespace yagura::sensor
