#pragma once

// The operations of many fixes on one object, put together into one tree beside the object's own:
// what becomes of each node that some fix speaks of. Both the new tree (patch.hpp) and the new text
// (edit.hpp) are made from it. Internal to src/kube.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/arena.hpp"
#include "core/result.hpp"
#include "kube/node.hpp"
#include "kube/patch.hpp"

namespace yagura::kube::edit {

// What becomes of one node. In order of strength: removed, set, made or grown, changed below,
// nothing.
struct PatchNode {
  struct Child {
    std::string_view key;   // of a map's member
    std::size_t index = 0;  // of a list's item
    std::unique_ptr<PatchNode> node;
  };

  const Node* old = nullptr;    // null: missing, or written as null
  const Node* value = nullptr;  // set: what replaces it whole
  bool removed = false;
  bool made_map = false;              // was missing (or null) and becomes a map
  bool made_list = false;             // was missing (or null) and becomes a list
  std::vector<const Node*> appended;  // to the list that it is or becomes
  std::vector<Child> children;        // in the order in which fixes named them

  [[nodiscard]] PatchNode* find(std::string_view key) const;
  [[nodiscard]] PatchNode* find(std::size_t index) const;
  // Is there anything here that was not there before, or is it there still?
  [[nodiscard]] bool is_present() const {
    return !removed && (value != nullptr || made_map || made_list || old != nullptr);
  }

 private:
  friend class PatchTree;
  PatchNode& add_child(std::string_view key, std::size_t index, const Node* old_child);
  void drop_children_from(std::size_t count);

  // Lookups once there are more than a few children.
  std::unordered_map<std::string_view, PatchNode*> by_key_;
  std::unordered_map<std::size_t, PatchNode*> by_index_;
};

// The node as it becomes. Linear in what changes; what does not is shared.
[[nodiscard]] Node built(const PatchNode& patch, core::Arena& arena);

class PatchTree {
 public:
  // `root` and `arena` (which holds keys and values) must outlive the tree.
  PatchTree(const Node& root, core::Arena& arena, const PatchLimits& limits);

  // All operations or, with an error that says why, none. See patch.hpp for what they mean.
  [[nodiscard]] Result<void> add(std::span<const model::PatchOperation> operations);

  [[nodiscard]] const PatchNode& root() const { return root_; }

  // The object as it becomes. Linear in the changed maps and lists.
  [[nodiscard]] Node apply(core::Arena& arena) const;

 private:
  struct Undo {
    PatchNode* node;
    const Node* value;
    bool removed;
    bool made_map;
    bool made_list;
    std::size_t appended;               // how many there were
    std::vector<const Node*> replaced;  // what they were, where they did not only grow
    bool is_replaced;
    std::size_t children;
  };
  using Path = std::span<const std::string>;

  Result<void> add_one(const model::PatchOperation& operation);
  // Down the path, making what is missing on the way.
  Result<PatchNode*> walk(Path path, std::string_view pointer);
  Result<PatchNode*> step(PatchNode& at, const std::string& segment, std::string_view pointer);
  Result<void> set_at(Path path, const Node& value, std::string_view pointer);
  Result<void> set_node(PatchNode& node, const Node& value, std::string_view pointer);
  Result<void> set_missing_map(PatchNode& node, const Node& value, std::string_view pointer);
  Result<void> set_missing_list(PatchNode& node, const Node& value, std::string_view pointer);
  Result<void> append_to(PatchNode& node, const Node& value, std::string_view pointer);
  Result<void> remove_at(Path path, std::string_view pointer);
  PatchNode& child(PatchNode& at, std::string_view key, std::size_t index, const Node* old);
  Result<void> become_map(PatchNode& node, std::string_view pointer);
  void remember(PatchNode& node);
  void roll_back();

  core::Arena& arena_;
  PatchLimits limits_;
  PatchNode root_;
  std::vector<Undo> undo_;  // of the fix that is being added
};

}  // namespace yagura::kube::edit
