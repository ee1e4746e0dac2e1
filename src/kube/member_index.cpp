#include "kube/member_index.hpp"

#include <bit>
#include <cstring>
#include <random>

namespace yagura::kube::member_index {

namespace {

std::uint64_t random_seed() {
  std::random_device device;
  return (static_cast<std::uint64_t>(device()) << 32) | device();
}

// Multiply and fold: every bit of the input reaches every bit of the result.
std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t hash(std::string_view key) {
  static const std::uint64_t kSeed = random_seed() | 1;
  static const std::uint64_t kSecond = random_seed() | 1;
  std::uint64_t state = kSeed ^ key.size();
  const char* at = key.data();
  std::size_t left = key.size();
  for (; left >= 8; left -= 8, at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, 8);
    state = mix(state ^ word, kSecond);
  }
  std::uint64_t tail = 0;
  if (left > 0) std::memcpy(&tail, at, left);
  return mix(state ^ tail, kSecond ^ kSeed);
}

}  // namespace

std::size_t slot_count(std::size_t member_count) { return std::bit_ceil(member_count * 2); }

const Member* find(std::span<const Member> members, std::span<const std::uint32_t> slots,
                   std::string_view key) {
  const std::size_t mask = slots.size() - 1;
  for (std::size_t at = hash(key) & mask; slots[at] != 0; at = (at + 1) & mask) {
    const Member& member = members[slots[at] - 1];
    if (member.key == key) return &member;
  }
  return nullptr;
}

std::uint32_t insert(std::span<const Member> members, std::span<std::uint32_t> slots,
                     std::uint32_t number) {
  const std::string_view key = members[number].key;
  const std::size_t mask = slots.size() - 1;
  std::size_t at = hash(key) & mask;
  for (; slots[at] != 0; at = (at + 1) & mask) {
    if (members[slots[at] - 1].key == key) return slots[at] - 1;
  }
  slots[at] = number + 1;
  return number;
}

}  // namespace yagura::kube::member_index
