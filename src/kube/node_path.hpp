#pragma once

// Names of places in a tree, in the two spellings that users meet:
//   field path     spec.containers[0].image   metadata.labels["app.kubernetes.io/name"]   (empty:
//   the root) JSON pointer   /spec/containers/0/image   /metadata/labels/app.kubernetes.io~1name
//   (RFC 6901; empty: the root)

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kube/node.hpp"

namespace yagura::kube {

// One step down: into a map by its key, or into a list by its index.
struct PathStep {
  std::string_view key;  // valid as long as the tree
  std::uint32_t index = 0;
  bool is_index = false;

  [[nodiscard]] static PathStep member(std::string_view key) {
    return {.key = key, .index = 0, .is_index = false};
  }
  [[nodiscard]] static PathStep item(std::uint32_t index) {
    return {.key = {}, .index = index, .is_index = true};
  }
  friend bool operator==(const PathStep&, const PathStep&) = default;
};

using NodePath = std::vector<PathStep>;

// From the root down to `node`, which is told by its address. A node that aliases share is found
// where it stands first. Nothing: it is not in the tree. O(nodes).
[[nodiscard]] std::optional<NodePath> find_path(const Node& root, const Node& node);

[[nodiscard]] std::string to_field_path(const NodePath& path);
[[nodiscard]] std::string to_json_pointer(const NodePath& path);
// Adds one step in the field path's spelling: `spec` + `containers`, `spec.containers` + [0].
void append_field_path(std::string& path, const PathStep& step);

// The field path of `node`; the empty string for the root, and also where it is not in the tree.
[[nodiscard]] std::string path_to(const Node& root, const Node& node);

// RFC 6901. Null: no such place, or no pointer ("-" and indexes with leading zeros name nothing).
[[nodiscard]] const Node* resolve_pointer(const Node& root, std::string_view pointer);
// The field path's spelling, as to_field_path writes it; `.key` and `["key"]` mean the same. Null:
// no such place.
[[nodiscard]] const Node* resolve_field_path(const Node& root, std::string_view path);

}  // namespace yagura::kube
