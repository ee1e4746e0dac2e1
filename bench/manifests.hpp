#pragma once

// Made-up manifests of the kinds and in the proportions that clusters have, the same for every
// benchmark: about 2,000 bytes an object, deterministic, nothing of them copied from anybody.

#include <cstddef>
#include <string>

namespace yagura::bench {

// A multi-document YAML stream of `objects` objects: half of them Deployments, the rest Services,
// ConfigMaps, StatefulSets, CronJobs, Roles, bindings, service accounts, Ingresses,
// NetworkPolicies, autoscalers, custom resources.
[[nodiscard]] std::string mixed_manifests(std::size_t objects);

}  // namespace yagura::bench
