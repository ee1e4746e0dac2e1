#include "waf/engine/internal/name_index.hpp"

#include <algorithm>
#include <cstring>
#include <random>

namespace yagura::waf::internal {
namespace {

constexpr std::uint64_t kOdd = 0x9e37'79b9'7f4a'7c15;

__extension__ using Product = unsigned __int128;

std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
  const Product product = static_cast<Product>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t random_seed() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device() | 1;
}

}  // namespace

std::uint64_t seeded_hash(std::string_view text) {
  static const std::uint64_t kSeed = random_seed();
  static const std::uint64_t kSecret = random_seed();
  std::uint64_t hash = kSeed ^ (text.size() * kOdd);
  const char* at = text.data();
  std::size_t left = text.size();
  for (; left >= 8; at += 8, left -= 8) {
    std::uint64_t word;
    std::memcpy(&word, at, 8);
    hash = fold(hash ^ word, kSecret ^ kOdd);
  }
  std::uint64_t tail = 0;
  if (left != 0) std::memcpy(&tail, at, left);
  return fold(hash ^ tail, kSecret);
}

std::size_t NameIndex::place_of(std::string_view name) const {
  const std::size_t mask = table_.size() - 1;
  std::size_t place = seeded_hash(name) & mask;
  while (table_[place] != 0 && names_[table_[place] - 1] != name) place = (place + 1) & mask;
  return place;
}

std::uint32_t NameIndex::find(std::string_view name) const {
  if (names_.empty()) return kAbsent;
  const std::uint32_t entry = table_[place_of(name)];
  return entry == 0 ? kAbsent : entry - 1;
}

std::uint32_t NameIndex::add(std::string_view name) {
  if ((names_.size() + 1) * 2 > table_.size()) grow();
  names_.push_back(name);
  const auto number = static_cast<std::uint32_t>(names_.size());
  const std::size_t mask = table_.size() - 1;
  std::size_t place = seeded_hash(name) & mask;
  while (table_[place] != 0) place = (place + 1) & mask;
  table_[place] = number;
  return number - 1;
}

void NameIndex::grow() {
  table_.assign(std::max<std::size_t>(64, table_.size() * 2), 0);
  const std::size_t mask = table_.size() - 1;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    std::size_t place = seeded_hash(names_[i]) & mask;
    while (table_[place] != 0) place = (place + 1) & mask;
    table_[place] = static_cast<std::uint32_t>(i + 1);
  }
}

void NameIndex::clear() {
  if (names_.empty()) return;
  names_.clear();
  std::fill(table_.begin(), table_.end(), 0);
}

}  // namespace yagura::waf::internal
