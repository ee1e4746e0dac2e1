#pragma once

#include <span>

#include "kube/sources/kustomize/build_state.hpp"

namespace yagura::kube::kustomize {

// Names by which objects speak of others (a pod of its ConfigMap, an Ingress of its Service, a
// binding of its role) follow the objects that were renamed or moved. A name means the object that
// has or had it, in the same namespace; of several the one that came through the same
// kustomizations. Near linear.
void mend_references(BuildState& state, std::span<Object> objects);

}  // namespace yagura::kube::kustomize
