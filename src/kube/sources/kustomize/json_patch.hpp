#pragma once

// RFC 6902 on trees.

#include <cstdint>
#include <string>

#include "core/arena.hpp"
#include "core/result.hpp"
#include "kube/node.hpp"

namespace yagura::kube::kustomize {

// `patch` is the list of operations. All or nothing: the error says which operation fails and why,
// and then the object is as it was.
// kLimitExceeded where the arena grows beyond `max_memory` bytes: each operation copies the maps
// and lists on its path.
[[nodiscard]] Result<Node> json_patch(core::Arena& arena, const Node& object, const Node& patch,
                                      std::uint64_t max_memory);

}  // namespace yagura::kube::kustomize
