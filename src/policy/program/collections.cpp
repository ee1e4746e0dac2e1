#include "policy/program/collections.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace yagura::policy {
namespace {

constexpr std::size_t kSmallMap = 8;  // searched linearly up to here

}  // namespace

ListBuilder::ListBuilder(core::Arena& arena, std::size_t capacity) : arena_(&arena) {
  if (capacity > 0) grow(capacity);
}

void ListBuilder::grow(std::size_t wanted) {
  const std::size_t capacity = std::max({wanted, capacity_ * 2, std::size_t{4}});
  auto* items = static_cast<Value*>(arena_->allocate(capacity * sizeof(Value), alignof(Value)));
  if (size_ > 0) std::memcpy(static_cast<void*>(items), items_, size_ * sizeof(Value));
  items_ = items;
  capacity_ = capacity;
}

void ListBuilder::add_all(const Value& list) {
  const std::uint32_t count = list.count();
  if (size_ + count > capacity_) grow(size_ + count);
  if (list.has_node()) {
    for (std::uint32_t i = 0; i < count; ++i) items_[size_ + i] = list.item(i);
  } else if (count > 0) {
    std::memcpy(static_cast<void*>(items_ + size_), list.list_data(), count * sizeof(Value));
  }
  size_ += count;
}

bool is_map_key(const Value& value) {
  switch (value.kind()) {
    case ValueKind::kBool:
    case ValueKind::kInt:
    case ValueKind::kUint:
    case ValueKind::kString:
      return true;
    case ValueKind::kDouble:
      return std::trunc(value.as_double()) == value.as_double();
    default:
      return false;
  }
}

MapBuilder::MapBuilder(core::Arena& arena, std::size_t capacity) : arena_(&arena) {
  if (capacity == 0) return;
  entries_ = static_cast<MapEntry*>(arena.allocate(capacity * sizeof(MapEntry), alignof(MapEntry)));
  capacity_ = capacity;
}

MapEntry* MapBuilder::find(const Value& key) {
  if (index_.empty()) {
    for (std::size_t i = 0; i < size_; ++i) {
      if (same_map_key(entries_[i].key, key)) return entries_ + i;
    }
    return nullptr;
  }
  const std::size_t mask = index_.size() - 1;
  for (std::size_t at = hash(key) & mask; index_[at] != 0; at = (at + 1) & mask) {
    MapEntry* entry = entries_ + (index_[at] - 1);
    if (same_map_key(entry->key, key)) return entry;
  }
  return nullptr;
}

bool MapBuilder::add(const Value& key, const Value& value) {
  if (find(key) != nullptr) return false;
  append(key, value);
  return true;
}

void MapBuilder::add_or_replace(const Value& key, const Value& value) {
  if (MapEntry* entry = find(key); entry != nullptr) {
    entry->value = value;
  } else {
    append(key, value);
  }
}

void MapBuilder::append(const Value& key, const Value& value) {
  if (size_ == capacity_) {
    const std::size_t capacity = std::max<std::size_t>(capacity_ * 2, 4);
    auto* entries =
        static_cast<MapEntry*>(arena_->allocate(capacity * sizeof(MapEntry), alignof(MapEntry)));
    if (size_ > 0) std::memcpy(static_cast<void*>(entries), entries_, size_ * sizeof(MapEntry));
    entries_ = entries;
    capacity_ = capacity;
  }
  new (entries_ + size_) MapEntry{.key = key, .value = value};
  ++size_;
  if (size_ <= kSmallMap) return;
  if (size_ * 2 > index_.size()) {
    grow_index();
  } else {
    index_entry(static_cast<std::uint32_t>(size_));
  }
}

void MapBuilder::grow_index() {
  index_ = arena_->make_array<std::uint32_t>(std::max<std::size_t>(index_.size() * 2, 32));
  for (std::uint32_t i = 1; i <= size_; ++i) index_entry(i);
}

void MapBuilder::index_entry(std::uint32_t entry) {
  const std::size_t mask = index_.size() - 1;
  std::size_t at = hash(entries_[entry - 1].key) & mask;
  while (index_[at] != 0) at = (at + 1) & mask;
  index_[at] = entry;
}

Value MapBuilder::build() {
  return Value::map(arena_->make<MapData>(MapData{.entries = {entries_, size_}, .index = index_}));
}

}  // namespace yagura::policy
