#pragma once

// patches, patchesStrategicMerge and patchesJson6902.

#include <string>
#include <vector>

#include "kube/sources/kustomize/build_state.hpp"

namespace yagura::kube::kustomize {

// In Kustomize's order: patchesStrategicMerge, then patches.
void apply_patches(BuildState& state, const std::string& folder, const Node& kustomization,
                   std::vector<Object>& objects);
// These come after names and labels.
void apply_json6902_patches(BuildState& state, const std::string& folder, const Node& kustomization,
                            std::vector<Object>& objects);

}  // namespace yagura::kube::kustomize
