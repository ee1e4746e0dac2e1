#include "kube/member_index.hpp"

#include <bit>

#include "kube/seeded_hash.hpp"

namespace yagura::kube::member_index {

std::size_t slot_count(std::size_t member_count) { return std::bit_ceil(member_count * 2); }

const Member* find(std::span<const Member> members, std::span<const std::uint32_t> slots,
                   std::string_view key) {
  const std::size_t mask = slots.size() - 1;
  for (std::size_t at = seeded_hash(key) & mask; slots[at] != 0; at = (at + 1) & mask) {
    const Member& member = members[slots[at] - 1];
    if (member.key == key) return &member;
  }
  return nullptr;
}

std::uint32_t insert(std::span<const Member> members, std::span<std::uint32_t> slots,
                     std::uint32_t number) {
  const std::string_view key = members[number].key;
  const std::size_t mask = slots.size() - 1;
  std::size_t at = seeded_hash(key) & mask;
  for (; slots[at] != 0; at = (at + 1) & mask) {
    if (members[slots[at] - 1].key == key) return slots[at] - 1;
  }
  slots[at] = number + 1;
  return number;
}

}  // namespace yagura::kube::member_index
