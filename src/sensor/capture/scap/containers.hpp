#pragma once

// Containers of a .scap file: ids from cgroups' paths, the rest from its events of containers.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "sensor/event/container.hpp"

namespace yagura::sensor::scap {

// From the cgroups of a process (entries "controller=path", each ended by a zero): the container of
// the first 64 hex digits in them. Null: none, the host.
[[nodiscard]] std::shared_ptr<Container> container_of_cgroups(std::string_view cgroups);

// From the JSON of an event `container`. Null: no container in it.
[[nodiscard]] std::shared_ptr<Container> container_of_json(std::string_view json);

// Captures know no numbers of cgroups; this one is the same for the same container. Never 0 or
// kHostCgroup.
[[nodiscard]] std::uint64_t cgroup_of_container(std::string_view id);
inline constexpr std::uint64_t kHostCgroup = 1;

}  // namespace yagura::sensor::scap
