#include "kube/node.hpp"

#include <cstring>

#include "kube/member_index.hpp"

namespace yagura::kube {

const Node* Node::find(std::string_view key) const {
  const Member* member = find_member(key);
  return member == nullptr ? nullptr : &member->value;
}

namespace {

template <typename Word>
bool same_words(const char* a, const char* b, std::size_t size) {
  Word first[2];
  Word last[2];
  std::memcpy(&first[0], a, sizeof(Word));
  std::memcpy(&first[1], b, sizeof(Word));
  std::memcpy(&last[0], a + size - sizeof(Word), sizeof(Word));
  std::memcpy(&last[1], b + size - sizeof(Word), sizeof(Word));
  return first[0] == first[1] && last[0] == last[1];
}

// Field names are short: two words that may overlap decide, without a call.
bool same_key(std::string_view a, std::string_view b) {
  const std::size_t size = b.size();
  if (a.size() != size) return false;
  if (size > 16) return std::memcmp(a.data(), b.data(), size) == 0;
  if (size >= 8) return same_words<std::uint64_t>(a.data(), b.data(), size);
  if (size >= 4) return same_words<std::uint32_t>(a.data(), b.data(), size);
  if (size >= 2) return same_words<std::uint16_t>(a.data(), b.data(), size);
  return size == 0 || a[0] == b[0];
}

}  // namespace

const Member* Node::find_member(std::string_view key) const {
  if (!is_map()) return nullptr;
  if ((flags_ & kIndexedFlag) != 0) {
    const auto* slots = reinterpret_cast<const std::uint32_t*>(value_.members + size_);
    return member_index::find(members(), {slots, member_index::slot_count(size_)}, key);
  }
  for (const Member& member : members()) {
    if (same_key(member.key, key)) return &member;
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
