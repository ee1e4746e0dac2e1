#include "kube/node_builder.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <new>
#include <vector>

#include "kube/member_index.hpp"

namespace yagura::kube {

namespace {

static_assert(std::is_trivially_copyable_v<Member>);

bool is_ascii(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

bool has_duplicate(std::span<const Member> members) {
  for (std::size_t i = 1; i < members.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (members[i].key == members[j].key) return true;
    }
  }
  return false;
}

// Keeps the last of each key, in order; returns how many are left. Linear, and only run where a key
// does come twice.
std::size_t drop_duplicates(std::span<Member> members,
                            const NodeBuilder::OnDuplicate& on_duplicate) {
  std::vector<std::uint32_t> slots(member_index::slot_count(members.size()));
  std::vector<bool> lost(members.size(), false);
  for (std::size_t i = members.size(); i-- > 0;) {  // backwards: the last one is entered first
    const auto number = static_cast<std::uint32_t>(i);
    lost[i] = member_index::insert(members, slots, number) != number;
  }
  if (on_duplicate) {
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (lost[i]) on_duplicate(members[i], *member_index::find(members, slots, members[i].key));
    }
  }
  std::size_t kept = 0;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (!lost[i]) members[kept++] = members[i];
  }
  return kept;
}

// Members, and for a large map its table behind them. Null: a key comes twice.
Member* place_members(core::Arena& arena, std::span<const Member> members) {
  const std::size_t bytes = members.size_bytes();
  const bool indexed = members.size() > NodeBuilder::kMaxUnindexed;
  const std::size_t slots = indexed ? member_index::slot_count(members.size()) : 0;
  auto* memory = static_cast<std::byte*>(
      arena.allocate(bytes + slots * sizeof(std::uint32_t), alignof(Member)));
  std::memcpy(memory, members.data(), bytes);
  auto* placed = std::launder(reinterpret_cast<Member*>(memory));
  if (!indexed) return placed;
  auto* table = new (memory + bytes) std::uint32_t[slots]();
  for (std::uint32_t i = 0; i < members.size(); ++i) {
    if (member_index::insert({placed, members.size()}, {table, slots}, i) != i) return nullptr;
  }
  return placed;
}

}  // namespace

Node NodeBuilder::unsigned_integer(std::uint64_t value, Extent at) {
  if (value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return integer(static_cast<std::int64_t>(value), at);
  }
  Node node = scalar(NodeKind::kUint, at);
  node.value_.unsigned_integer = value;
  return node;
}

Node NodeBuilder::number(double value, Extent at) {
  static constexpr double kLimit = 9223372036854775808.0;  // 2^63
  if (value >= -kLimit && value < kLimit && std::trunc(value) == value) {
    return integer(static_cast<std::int64_t>(value), at);
  }
  Node node = scalar(NodeKind::kDouble, at);
  node.value_.real = value;
  return node;
}

Node NodeBuilder::string(std::string_view text, Extent at) {
  return string(text, is_ascii(text), at);
}

Node NodeBuilder::list(core::Arena& arena, std::span<const Node> items, CollectionStyle style,
                       Extent at) {
  Node node = scalar(NodeKind::kList, at);
  if (style == CollectionStyle::kFlow) node.flags_ |= Node::kFlowFlag;
  node.size_ = static_cast<std::uint32_t>(items.size());
  node.value_.items = arena.copy(items).data();
  return node;
}

Node NodeBuilder::map(core::Arena& arena, std::span<Member> members, CollectionStyle style,
                      Extent at, const OnDuplicate& on_duplicate) {
  Node node = scalar(NodeKind::kMap, at);
  if (style == CollectionStyle::kFlow) node.flags_ |= Node::kFlowFlag;
  if (members.size() <= kMaxUnindexed && has_duplicate(members)) {
    members = members.first(drop_duplicates(members, on_duplicate));
  }
  Member* placed = members.empty() ? nullptr : place_members(arena, members);
  if (placed == nullptr && !members.empty()) {
    members = members.first(drop_duplicates(members, on_duplicate));
    placed = place_members(arena, members);
  }
  if (members.size() > kMaxUnindexed) node.flags_ |= Node::kIndexedFlag;
  node.size_ = static_cast<std::uint32_t>(members.size());
  node.value_.members = placed;
  return node;
}

}  // namespace yagura::kube
