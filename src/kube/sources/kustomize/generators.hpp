#pragma once

// configMapGenerator and secretGenerator.

#include <string>
#include <vector>

#include "kube/sources/kustomize/build_state.hpp"

namespace yagura::kube::kustomize {

// Makes the objects of both generators, or merges into or replaces those that are there
// (`behavior`). `folder` is that of the kustomization: data files are read from there and below
// alone. What a literal, a line of an env file or a file became points there.
void run_generators(BuildState& state, const std::string& folder, const BuildState::File& file,
                    const Node& kustomization, std::uint32_t layer, std::vector<Object>& objects);

}  // namespace yagura::kube::kustomize
