#pragma once

// Which containers a policy is for. All parts that are given must hold. The host is never selected
// but by the names of its control groups.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sensor/event/container.hpp"

namespace yagura::sensor::enforce {

struct LabelRequirement {
  enum class Operator : std::uint8_t { kIn, kNotIn, kExists, kDoesNotExist };
  std::string key;
  Operator op = Operator::kExists;
  std::vector<std::string> values;
};

// What is known of a container may not suffice to say.
enum class Selection : std::uint8_t { kNo, kYes, kUnknown };

struct Selector {
  std::vector<std::string> namespaces;  // names; "*" at the end stands for any end
  std::vector<LabelRequirement> pod_labels;
  std::vector<std::string> containers;  // names in the pod
  std::string workload_kind;
  std::string workload_name;
  // Control groups of the host ("/system.slice/demo.service"), with all below. Where there are
  // any, no container is selected.
  std::vector<std::string> host_cgroups;

  // kUnknown where the answer depends on metadata that has not come yet. O(labels * requirements).
  [[nodiscard]] Selection select(const Container& container) const;
  // The same for what comes later in a pod: names of containers are not asked. A policy that
  // selects by containers' names is kUnknown.
  [[nodiscard]] Selection select_pod(const Pod& pod) const;
};

}  // namespace yagura::sensor::enforce
