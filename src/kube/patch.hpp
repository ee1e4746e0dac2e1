#pragma once

// Applies a fix to an object tree. The result is a new tree that shares what did not change with
// the old one: what a test of a fix evaluates, and what an edit of the text must read back as.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/arena.hpp"
#include "core/result.hpp"
#include "kube/node.hpp"
#include "model/finding.hpp"

namespace yagura::kube {

struct PatchLimits {
  std::uint32_t max_segments = 64;           // of one path
  std::uint32_t max_value_depth = 32;        // of one operation's JSON value
  std::uint32_t max_value_size = 64 * 1024;  // bytes of one operation's JSON value
};

// A JSON pointer (RFC 6901) cut into its segments, `~1` and `~0` resolved. "" has none. An error
// where it does not begin with '/', where a '~' stands alone, or where it is longer than the limit.
[[nodiscard]] Result<std::vector<std::string>> parse_pointer(std::string_view pointer,
                                                             const PatchLimits& limits = {});

// "/metadata/labels/a~1b" from "metadata", "labels", "a/b".
[[nodiscard]] std::string to_pointer(std::span<const std::string_view> segments);

// A list index: decimal digits without a leading zero. Nothing else is one.
[[nodiscard]] bool is_list_index(std::string_view segment, std::size_t& index);

// Reads a JSON text (an operation's value) into nodes of the arena. Offsets of the nodes are 0.
[[nodiscard]] Result<const Node*> parse_json_value(std::string_view json, core::Arena& arena,
                                                   const PatchLimits& limits = {});

// What the operations mean, which the editor of texts follows too:
// - All paths speak of the object as it was read, so that several fixes of one object can be put
//   together: indexes do not move when another operation removes an item. (A fix that removes
//   several items of a list names them from the last to the first, which RFC 6902 reads the same.)
// - set: makes the maps that are missing on the way (a null counts as missing; a list is never
//   made), then adds or replaces. The last segment may be a list's index (replace), its size or
//   "-" (append).
// - append: to a list, made where missing. A value that the list has already is not added again.
// - remove: what is not there is removed already. Removals come after all others.
// Fails, changing nothing, where a path goes through a scalar or beyond a list, or where an
// operation sets below something that another one removes. Nodes of `root` are shared: it must live
// as long as the result. Linear in the size of the maps and lists on the paths.
[[nodiscard]] Result<const Node*> apply_patch(const Node& root,
                                              std::span<const model::PatchOperation> operations,
                                              core::Arena& arena, const PatchLimits& limits = {});

}  // namespace yagura::kube
