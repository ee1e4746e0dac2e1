#pragma once

// The hash index of a large map: an open-addressed table of 32-bit member numbers that stands in
// the arena right behind the members. Keys come from hostile documents, so the hash is seeded at
// random once a process: nobody can choose keys that collide. Used by Node and NodeBuilder alone.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "kube/node.hpp"

namespace yagura::kube::member_index {

// Slots for that many members: a power of two, at most half full.
[[nodiscard]] std::size_t slot_count(std::size_t member_count);

// The member of that key or null. `slots` is of slot_count(members.size()), filled by insert().
[[nodiscard]] const Member* find(std::span<const Member> members,
                                 std::span<const std::uint32_t> slots, std::string_view key);

// Enters members[number]. Returns the number of the member that has the same key already (nothing
// is entered then), or `number`.
std::uint32_t insert(std::span<const Member> members, std::span<std::uint32_t> slots,
                     std::uint32_t number);

}  // namespace yagura::kube::member_index
