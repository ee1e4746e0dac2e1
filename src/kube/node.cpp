#include "kube/node.hpp"

#include "kube/member_index.hpp"

namespace yagura::kube {

const Node* Node::find(std::string_view key) const {
  const Member* member = find_member(key);
  return member == nullptr ? nullptr : &member->value;
}

const Member* Node::find_member(std::string_view key) const {
  if (!is_map()) return nullptr;
  if ((flags_ & kIndexedFlag) != 0) {
    const auto* slots = reinterpret_cast<const std::uint32_t*>(value_.members + size_);
    return member_index::find(members(), {slots, member_index::slot_count(size_)}, key);
  }
  for (const Member& member : members()) {
    if (member.key == key) return &member;
  }
  return nullptr;
}

const Node* Node::get(std::initializer_list<std::string_view> path) const {
  const Node* node = this;
  for (const std::string_view name : path) {
    node = node->find(name);
    if (node == nullptr) return nullptr;
  }
  return node;
}

std::span<const Node> Node::list(std::string_view key) const {
  const Node* node = find(key);
  if (node == nullptr || !node->is_list()) return {};
  return node->items();
}

}  // namespace yagura::kube
