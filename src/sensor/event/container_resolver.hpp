#pragma once

// From a cgroup to its container. The seam between the process table and identity/: a scripted one
// serves tests and captures.

#include <cstdint>
#include <memory>
#include <string_view>

#include "sensor/event/container.hpp"

namespace yagura::sensor {

class ContainerResolver {
 public:
  ContainerResolver() = default;
  ContainerResolver(const ContainerResolver&) = delete;
  ContainerResolver& operator=(const ContainerResolver&) = delete;
  virtual ~ContainerResolver() = default;

  // A cgroup was made; before any process is in it. `path` is that of the hierarchy
  // ("/kubepods/burstable/pod…/…").
  virtual void on_cgroup_made(std::uint64_t cgroup_id, std::string_view path) = 0;
  virtual void on_cgroup_gone(std::uint64_t cgroup_id) = 0;
  // Null: the host, or a cgroup that belongs to no container. Cgroups below a container's belong
  // to it. O(1); never waits for anybody's answer: what is not known yet comes as Metadata::kPath.
  [[nodiscard]] virtual std::shared_ptr<const Container> find(std::uint64_t cgroup_id) = 0;
  // The same for a process, where its cgroup alone does not tell: on nodes whose containers have
  // cgroups in hierarchies of version 1 only, this reads /proc/PID/cgroup, as long as the process
  // is there. Elsewhere it is find(). To be asked once for a process, at its exec or at start-up.
  [[nodiscard]] virtual std::shared_ptr<const Container> find_process(std::uint32_t /*pid*/,
                                                                      std::uint64_t cgroup_id) {
    return find(cgroup_id);
  }
  // Grows whenever find() may answer otherwise than before.
  [[nodiscard]] virtual std::uint64_t generation() const = 0;
};

}  // namespace yagura::sensor
