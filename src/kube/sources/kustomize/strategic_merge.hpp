#pragma once

// Strategic merge patches, as Kubernetes' API conventions describe them: maps are merged, null
// removes, lists of the known kinds are merged by their key (containers by name, ports by number,
// …), other lists are replaced; `$patch: delete|replace|merge`,
// `$deleteFromPrimitiveList/…` and `$retainKeys`.

#include <optional>

#include "core/arena.hpp"
#include "kube/node.hpp"

namespace yagura::kube::kustomize {

enum class ListMerge : std::uint8_t {
  kByKey,    // objects of Kubernetes' own kinds
  kReplace,  // custom resources: nobody declared keys
};

// Kubernetes' own API groups have keys for their lists.
[[nodiscard]] ListMerge list_merge_of(const Node& object);

// Nothing: the patch deletes the object.
[[nodiscard]] std::optional<Node> strategic_merge(core::Arena& arena, const Node& object,
                                                  const Node& patch, ListMerge lists);

}  // namespace yagura::kube::kustomize
