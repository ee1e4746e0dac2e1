#pragma once

// Documents of package managers as trees: package-lock.json, pnpm-lock.yaml, *.deps.json. Read by
// kube's readers, since these are bounded, linear and fuzzed; a key that is given twice counts as
// its last value, as JSON.parse has it.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "kube/document.hpp"

namespace yagura::image {

inline constexpr std::size_t kMaxTreeBytes = std::size_t{32} << 20;
inline constexpr std::size_t kMaxTreeNodes = 2'000'000;

// One value and what its nodes stand on. Nodes live as long as a copy of the tree.
class Tree {
 public:
  Tree(std::shared_ptr<const kube::Source> source, const kube::Node& root)
      : source_(std::move(source)), root_(&root) {}
  [[nodiscard]] const kube::Node& root() const { return *root_; }

 private:
  std::shared_ptr<const kube::Source> source_;
  const kube::Node* root_;
};

// Fails with one line that says what is wrong and where.
[[nodiscard]] Result<Tree> read_json_tree(std::string_view bytes);
// The first document of the stream.
[[nodiscard]] Result<Tree> read_yaml_tree(std::string_view bytes);
// JSON with comments and commas before closing brackets (bun.lock).
[[nodiscard]] Result<Tree> read_relaxed_json_tree(std::string_view bytes);

// The member's text, or empty: also where it is missing or no string.
[[nodiscard]] inline std::string_view text_member(const kube::Node& node, std::string_view key) {
  const kube::Node* member = node.find(key);
  return member == nullptr ? std::string_view() : member->string_or();
}
[[nodiscard]] inline bool true_member(const kube::Node& node, std::string_view key) {
  const kube::Node* member = node.find(key);
  return member != nullptr && member->bool_or(false);
}

// The members of a map, nothing of anything else.
[[nodiscard]] inline std::span<const kube::Member> members_of(const kube::Node* node) {
  return node != nullptr && node->is_map() ? node->members() : std::span<const kube::Member>();
}
// The items of a list, nothing of anything else.
[[nodiscard]] inline std::span<const kube::Node> items_of(const kube::Node* node) {
  return node != nullptr && node->is_list() ? node->items() : std::span<const kube::Node>();
}

// Comments and commas before closing brackets become blanks; everything else stays in its place.
[[nodiscard]] std::string strict_json(std::string_view relaxed);

}  // namespace yagura::image
