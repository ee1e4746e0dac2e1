#pragma once

// Making lists and maps in an EvalContext's arena. Readers: Value::item, key_at, value_at, find.

#include <cstdint>
#include <span>

#include "core/arena.hpp"
#include "policy/program/value.hpp"

namespace yagura::policy {

// Grows geometrically in an arena; nothing is freed before the arena is.
class ListBuilder {
 public:
  explicit ListBuilder(core::Arena& arena, std::size_t capacity = 0);

  void add(const Value& value) {
    if (size_ == capacity_) grow(size_ + 1);
    items_[size_++] = value;
  }
  void add_all(const Value& list);  // precondition: a list
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::span<Value> items() { return {items_, size_}; }
  // The builder may go on afterwards; the list has the items of this moment.
  [[nodiscard]] Value build() const { return Value::list({items_, size_}); }

 private:
  void grow(std::size_t wanted);

  core::Arena* arena_;
  Value* items_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

// May a value be a key: bool, int, uint, string; double too where a whole number (dynamic values).
[[nodiscard]] bool is_map_key(const Value& value);

class MapBuilder {
 public:
  explicit MapBuilder(core::Arena& arena, std::size_t capacity = 0);

  // False, and nothing is changed, where an equal key is there already (1, 1u and 1.0 are equal).
  // Precondition: is_map_key(key).
  [[nodiscard]] bool add(const Value& key, const Value& value);
  void add_or_replace(const Value& key, const Value& value);
  [[nodiscard]] std::size_t size() const { return size_; }
  // The builder may go on afterwards, but what it then adds may show in this map: build last.
  [[nodiscard]] Value build();

 private:
  MapEntry* find(const Value& key);
  void append(const Value& key, const Value& value);
  void index_entry(std::uint32_t entry);
  void grow_index();

  core::Arena* arena_;
  MapEntry* entries_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
  std::span<std::uint32_t> index_;
};

}  // namespace yagura::policy
