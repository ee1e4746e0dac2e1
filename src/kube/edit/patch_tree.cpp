#include "kube/edit/patch_tree.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "kube/node_builder.hpp"
#include "kube/node_json.hpp"

namespace yagura::kube::edit {

namespace {

constexpr std::size_t kFewChildren = 8;

const Node* unless_null(const Node* node) {
  return node == nullptr || node->is_null() ? nullptr : node;
}

bool contains(std::span<const Node* const> list, const Node& value) {
  return std::ranges::any_of(list, [&](const Node* item) { return equal(*item, value); });
}

bool contains(std::span<const Node> list, const Node& value) {
  return std::ranges::any_of(list, [&](const Node& item) { return equal(item, value); });
}

std::unexpected<Error> clash(std::string_view pointer, std::string_view why) {
  return fail(ErrorCode::kInvalidInput, fmt::format("{}: {}", pointer, why));
}

constexpr std::string_view kRemovedElsewhere =
    "another step removes it, or something that it is in";
constexpr std::string_view kSetElsewhere = "another step sets it to something else";

// Does the subtree do anything but remove?
bool only_removes(const PatchNode& node) {
  if (node.removed) return true;
  if (node.value != nullptr || node.made_map || node.made_list || !node.appended.empty())
    return false;
  return std::ranges::all_of(
      node.children, [](const PatchNode::Child& child) { return only_removes(*child.node); });
}

Node rebuild_map(const PatchNode& patch, core::Arena& arena) {
  std::vector<Member> members;
  if (patch.old != nullptr) {
    members.reserve(patch.old->members().size() + patch.children.size());
    for (const Member& member : patch.old->members()) {
      const PatchNode* child = patch.find(member.key);
      if (child == nullptr) {
        members.push_back(member);
      } else if (!child->removed) {
        members.push_back(member);
        // A member that was null and that no step made anything of stays null.
        if (child->is_present()) members.back().value = built(*child, arena);
      }
    }
  }
  for (const PatchNode::Child& child : patch.children) {
    const bool is_new = patch.old == nullptr || patch.old->find(child.key) == nullptr;
    if (!is_new || !child.node->is_present()) continue;
    members.push_back({.key = child.key, .key_begin = 0, .key_end = 0, .value = {}});
    members.back().value = built(*child.node, arena);
  }
  return NodeBuilder::map(arena, members);
}

Node rebuild_list(const PatchNode& patch, core::Arena& arena) {
  std::vector<Node> items;
  if (patch.old != nullptr) {
    for (std::size_t i = 0; i < patch.old->items().size(); ++i) {
      const PatchNode* child = patch.find(i);
      if (child != nullptr && child->removed) continue;
      const bool changed = child != nullptr && child->is_present();
      items.push_back(changed ? built(*child, arena) : patch.old->items()[i]);
    }
  }
  for (const Node* item : patch.appended) items.push_back(*item);
  return NodeBuilder::list(arena, items);
}

}  // namespace

Node built(const PatchNode& patch, core::Arena& arena) {
  if (patch.value != nullptr) return *patch.value;
  const bool is_map = patch.old != nullptr ? patch.old->is_map() : patch.made_map;
  const bool is_list = patch.old != nullptr ? patch.old->is_list() : patch.made_list;
  if (is_map && (patch.old == nullptr || !patch.children.empty())) return rebuild_map(patch, arena);
  if (is_list && (patch.old == nullptr || !patch.children.empty() || !patch.appended.empty())) {
    return rebuild_list(patch, arena);
  }
  return patch.old != nullptr ? *patch.old : NodeBuilder::null();
}

// ---- PatchNode ----

PatchNode* PatchNode::find(std::string_view key) const {
  if (children.size() > kFewChildren) {
    const auto found = by_key_.find(key);
    return found == by_key_.end() ? nullptr : found->second;
  }
  for (const Child& child : children) {
    if (child.key == key) return child.node.get();
  }
  return nullptr;
}

PatchNode* PatchNode::find(std::size_t index) const {
  if (children.size() > kFewChildren) {
    const auto found = by_index_.find(index);
    return found == by_index_.end() ? nullptr : found->second;
  }
  for (const Child& child : children) {
    if (child.index == index) return child.node.get();
  }
  return nullptr;
}

PatchNode& PatchNode::add_child(std::string_view key, std::size_t index, const Node* old_child) {
  children.push_back({.key = key, .index = index, .node = std::make_unique<PatchNode>()});
  PatchNode& added = *children.back().node;
  added.old = unless_null(old_child);
  by_key_.emplace(key, &added);
  by_index_.emplace(index, &added);
  return added;
}

void PatchNode::drop_children_from(std::size_t count) {
  while (children.size() > count) {
    by_key_.erase(children.back().key);
    by_index_.erase(children.back().index);
    children.pop_back();
  }
}

// ---- PatchTree ----

PatchTree::PatchTree(const Node& root, core::Arena& arena, const PatchLimits& limits)
    : arena_(arena), limits_(limits) {
  root_.old = &root;
}

Result<void> PatchTree::add(std::span<const model::PatchOperation> operations) {
  undo_.clear();
  for (const model::PatchOperation& operation : operations) {
    if (auto added = add_one(operation); !added) {
      roll_back();
      return added;
    }
  }
  return {};
}

Node PatchTree::apply(core::Arena& arena) const { return built(root_, arena); }

Result<void> PatchTree::add_one(const model::PatchOperation& operation) {
  YAGURA_TRY(const auto path, parse_pointer(operation.path, limits_));
  if (path.empty()) return clash("the whole object", "only its fields can be set or removed");
  if (operation.kind == model::PatchOperation::Kind::kRemove)
    return remove_at(path, operation.path);
  YAGURA_TRY(const Node* value, parse_json_value(operation.value, arena_, limits_));
  if (operation.kind == model::PatchOperation::Kind::kSet) {
    return set_at(path, *value, operation.path);
  }
  YAGURA_TRY(PatchNode * list, walk(path, operation.path));
  return append_to(*list, *value, operation.path);
}

Result<PatchNode*> PatchTree::walk(Path path, std::string_view pointer) {
  PatchNode* at = &root_;
  for (const std::string& segment : path) {
    YAGURA_TRY(at, step(*at, segment, pointer));
  }
  return at;
}

Result<PatchNode*> PatchTree::step(PatchNode& at, const std::string& segment,
                                   std::string_view pointer) {
  if (at.removed) return clash(pointer, kRemovedElsewhere);
  if (at.value != nullptr) return clash(pointer, kSetElsewhere);
  if (at.old != nullptr && at.old->is_list()) {
    std::size_t index = 0;
    if (!is_list_index(segment, index) || index >= at.old->items().size()) {
      return clash(pointer, fmt::format("the list has no item {}", segment));
    }
    return &child(at, {}, index, &at.old->items()[index]);
  }
  if (at.old != nullptr && !at.old->is_map()) {
    return clash(pointer,
                 fmt::format("\"{}\" is below something that is neither map nor list", segment));
  }
  if (at.old == nullptr) {
    std::size_t index = 0;
    if (segment == "-" || is_list_index(segment, index)) {
      return clash(pointer, "the list on the way is not there");
    }
    if (auto made = become_map(at, pointer); !made) return std::unexpected(made.error());
  }
  const Node* old = at.old == nullptr ? nullptr : at.old->find(segment);
  return &child(at, segment, 0, old);
}

PatchNode& PatchTree::child(PatchNode& at, std::string_view key, std::size_t index,
                            const Node* old) {
  const bool in_list = at.old != nullptr && at.old->is_list();
  if (PatchNode* known = in_list ? at.find(index) : at.find(key)) return *known;
  remember(at);
  return at.add_child(arena_.copy(key), in_list ? index : at.children.size(), old);
}

Result<void> PatchTree::become_map(PatchNode& node, std::string_view pointer) {
  if (node.made_list) return clash(pointer, kSetElsewhere);
  if (node.made_map) return {};
  remember(node);
  node.made_map = true;
  return {};
}

Result<void> PatchTree::set_at(Path path, const Node& value, std::string_view pointer) {
  YAGURA_TRY(PatchNode * parent, walk(path.first(path.size() - 1), pointer));
  const std::string& last = path.back();
  if (parent->old != nullptr && parent->old->is_list()) {
    const std::size_t size = parent->old->items().size();
    std::size_t index = 0;
    if (last == "-" || (is_list_index(last, index) && index == size)) {
      return append_to(*parent, value, pointer);
    }
  }
  YAGURA_TRY(PatchNode * node, step(*parent, last, pointer));
  return set_node(*node, value, pointer);
}

Result<void> PatchTree::set_node(PatchNode& node, const Node& value, std::string_view pointer) {
  if (node.removed) return clash(pointer, kRemovedElsewhere);
  if (node.value != nullptr) {
    if (equal(*node.value, value)) return {};
    return clash(pointer, kSetElsewhere);
  }
  if (node.old == nullptr && value.is_map()) return set_missing_map(node, value, pointer);
  if (node.old == nullptr && value.is_list()) return set_missing_list(node, value, pointer);
  if (node.made_map || node.made_list || !node.children.empty() || !node.appended.empty()) {
    return clash(pointer, "another step changes something below it");
  }
  remember(node);
  node.value = &value;
  return {};
}

// What is made member by member can be put together with what others make of it.
Result<void> PatchTree::set_missing_map(PatchNode& node, const Node& value,
                                        std::string_view pointer) {
  if (auto made = become_map(node, pointer); !made) return made;
  for (const Member& member : value.members()) {
    if (auto set = set_node(child(node, member.key, 0, nullptr), member.value, pointer); !set) {
      return set;
    }
  }
  return {};
}

Result<void> PatchTree::set_missing_list(PatchNode& node, const Node& value,
                                         std::string_view pointer) {
  if (node.made_map) return clash(pointer, kSetElsewhere);
  for (const Node* item : node.appended) {
    if (!contains(value.items(), *item)) return clash(pointer, kSetElsewhere);
  }
  remember(node);
  undo_.back().replaced = node.appended;
  undo_.back().is_replaced = true;
  node.made_list = true;
  node.appended.clear();
  for (const Node& item : value.items()) node.appended.push_back(&item);
  return {};
}

Result<void> PatchTree::append_to(PatchNode& node, const Node& value, std::string_view pointer) {
  if (node.removed) return clash(pointer, kRemovedElsewhere);
  if (node.value != nullptr || node.made_map) return clash(pointer, kSetElsewhere);
  if (node.old != nullptr && !node.old->is_list()) return clash(pointer, "it is not a list");
  if (node.old != nullptr && contains(node.old->items(), value)) return {};
  if (contains(node.appended, value)) return {};
  remember(node);
  if (node.old == nullptr) node.made_list = true;
  node.appended.push_back(&value);
  return {};
}

Result<void> PatchTree::remove_at(Path path, std::string_view pointer) {
  PatchNode* at = &root_;
  for (const std::string& segment : path) {
    if (at->removed) return {};
    if (at->value != nullptr) return clash(pointer, kSetElsewhere);
    const Node* old = nullptr;
    std::size_t index = 0;
    if (at->old != nullptr && at->old->is_map()) {
      old = at->old->find(segment);
    } else if (at->old != nullptr && at->old->is_list()) {
      if (is_list_index(segment, index) && index < at->old->items().size()) {
        old = &at->old->items()[index];
      }
    }
    if (old == nullptr) {
      const bool is_made =
          (at->old == nullptr || at->old->is_map()) && at->find(segment) != nullptr;
      if (is_made) return clash(pointer, kSetElsewhere);
      return {};  // gone already
    }
    at = &child(*at, segment, index, old);
  }
  if (at->removed) return {};
  if (!only_removes(*at)) return clash(pointer, "another step sets something in it");
  remember(*at);
  at->removed = true;
  return {};
}

void PatchTree::remember(PatchNode& node) {
  undo_.push_back({.node = &node,
                   .value = node.value,
                   .removed = node.removed,
                   .made_map = node.made_map,
                   .made_list = node.made_list,
                   .appended = node.appended.size(),
                   .replaced = {},
                   .is_replaced = false,
                   .children = node.children.size()});
}

void PatchTree::roll_back() {
  for (std::size_t i = undo_.size(); i-- > 0;) {
    Undo& before = undo_[i];
    before.node->value = before.value;
    before.node->removed = before.removed;
    before.node->made_map = before.made_map;
    before.node->made_list = before.made_list;
    if (before.is_replaced) before.node->appended = std::move(before.replaced);
    before.node->appended.resize(before.appended);
    before.node->drop_children_from(before.children);
  }
  undo_.clear();
}

}  // namespace yagura::kube::edit
