#pragma once

// Changes to immutable trees: each call gives a new node that shares all that did not change. What
// is made says where it came from (an Extent), so that findings about it lead to the line that
// wrote it.

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/arena.hpp"
#include "kube/node.hpp"
#include "kube/node_builder.hpp"

namespace yagura::kube::kustomize {

[[nodiscard]] inline Extent extent_of(const Node& node) {
  return {.begin = node.begin(), .end = node.end()};
}

// `text` is copied into the arena.
[[nodiscard]] Node make_string(core::Arena& arena, std::string_view text, Extent at);
[[nodiscard]] Node empty_map(core::Arena& arena, Extent at);

// The member's value replaced, or the member added at the end. `map` that is no map counts as an
// empty one.
[[nodiscard]] Node with_member(core::Arena& arena, const Node& map, std::string_view key,
                               const Node& value);
[[nodiscard]] Node without_member(core::Arena& arena, const Node& map, std::string_view key);
// The same list (style, place) with other items.
[[nodiscard]] Node with_items(core::Arena& arena, const Node& list, std::span<const Node> items);
// The members of both maps; of a key in both the value of `added` stays. Either may be no map.
// Linear.
[[nodiscard]] Node united(core::Arena& arena, const Node& map, const Node& added);
[[nodiscard]] Node with_members(core::Arena& arena, const Node& map, std::span<Member> members);

// Gets the node at a place, or null where it is not there (asked for only if the place may be
// made). Nothing: no change.
using Change = std::function<std::optional<Node>(const Node* found)>;

enum class Missing : std::uint8_t { kLeave, kCreate };

// Follows map keys; a list on the way stands for each of its items. Nothing: no change at all.
// `made_at` is for the maps that kCreate makes on the way.
[[nodiscard]] std::optional<Node> change_at(core::Arena& arena, const Node& root,
                                            std::span<const std::string_view> path, Missing missing,
                                            Extent made_at, const Change& change);

// A copy with other offsets: `move` gets each begin, end, key_begin and key_end.
using MoveOffset = std::function<std::uint32_t(std::uint32_t)>;
[[nodiscard]] Node with_offsets(core::Arena& arena, const Node& node, const MoveOffset& move);

// "a/b/c" -> {"a", "b", "c"}; views into `path`.
[[nodiscard]] std::vector<std::string_view> split_path(std::string_view path);

}  // namespace yagura::kube::kustomize
