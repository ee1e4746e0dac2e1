#pragma once

// The one way to fill a Node: for the readers and for whoever makes objects that no source holds
// (patches, default parameters, tests). Everything that a node points to must live as long as the
// node: the source text or an arena.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "core/arena.hpp"
#include "kube/node.hpp"

namespace yagura::kube {

// Byte offsets of a node in its source; {0, 0} for a node that was made, not read.
struct Extent {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

enum class CollectionStyle : std::uint8_t { kBlock, kFlow };

class NodeBuilder {
 public:
  // Called once for each key that comes a second time: the member that loses and the one that
  // stays.
  using OnDuplicate = std::function<void(const Member& first, const Member& last)>;

  // A map of more members than this has a hash index.
  static constexpr std::size_t kMaxUnindexed = 16;

  [[nodiscard]] static Node null(Extent at = {}) { return scalar(NodeKind::kNull, at); }
  [[nodiscard]] static Node boolean(bool truth, Extent at = {}) {
    Node node = scalar(NodeKind::kBool, at);
    node.value_.truth = truth;
    return node;
  }
  [[nodiscard]] static Node integer(std::int64_t value, Extent at = {}) {
    Node node = scalar(NodeKind::kInt, at);
    node.value_.integer = value;
    return node;
  }
  // kInt where the value fits int64.
  [[nodiscard]] static Node unsigned_integer(std::uint64_t value, Extent at = {});
  // A whole number that fits int64 becomes kInt, as it does on its way through Kubernetes (whose
  // loader writes the double 1.0 as the JSON text 1): `runAsUser: 0.0` is root. Otherwise kDouble.
  [[nodiscard]] static Node number(double value, Extent at = {});
  // `text` must be valid UTF-8; `ascii`: whether it is known to be ASCII only.
  [[nodiscard]] static Node string(std::string_view text, bool ascii, Extent at = {}) {
    Node node = scalar(NodeKind::kString, at);
    node.value_.text = text.data();
    node.size_ = static_cast<std::uint32_t>(text.size());
    if (ascii) node.flags_ = Node::kAsciiFlag;
    return node;
  }
  // Finds out itself whether it is ASCII. O(size).
  [[nodiscard]] static Node string(std::string_view text, Extent at = {});

  // Copies the items into the arena.
  [[nodiscard]] static Node list(core::Arena& arena, std::span<const Node> items,
                                 CollectionStyle style = CollectionStyle::kBlock, Extent at = {});
  // Copies the members into the arena. Where a key occurs twice the last one stays (in its own
  // place); `members` is used as scratch space. Linear.
  [[nodiscard]] static Node map(core::Arena& arena, std::span<Member> members,
                                CollectionStyle style = CollectionStyle::kBlock, Extent at = {},
                                const OnDuplicate& on_duplicate = {});

  [[nodiscard]] static Node with_extent(Node node, Extent at) {
    node.begin_ = at.begin;
    node.end_ = at.end;
    return node;
  }
  // The same node (children shared) as it comes through an alias or a merge key.
  [[nodiscard]] static Node aliased(Node node) {
    node.flags_ |= Node::kAliasFlag;
    return node;
  }

 private:
  static Node scalar(NodeKind kind, Extent at) {
    Node node;
    node.kind_ = kind;
    node.begin_ = at.begin;
    node.end_ = at.end;
    return node;
  }
};

}  // namespace yagura::kube
