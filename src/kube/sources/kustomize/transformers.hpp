#pragma once

// The fields of a kustomization that change all objects: each function carries out one, over all
// objects so far. `kustomization` is the root of the kustomization file; a field that is missing
// changes nothing.

#include <span>

#include "kube/sources/kustomize/build_state.hpp"

namespace yagura::kube::kustomize {

void apply_namespace(BuildState& state, const Node& kustomization, std::span<Object> objects);
void apply_name_affixes(BuildState& state, const Node& kustomization, std::span<Object> objects);
void apply_labels(BuildState& state, const Node& kustomization, std::span<Object> objects);
void apply_annotations(BuildState& state, const Node& kustomization, std::span<Object> objects);
void apply_replicas(BuildState& state, const Node& kustomization, std::span<Object> objects);
void apply_images(BuildState& state, const Node& kustomization, std::span<Object> objects);

}  // namespace yagura::kube::kustomize
