#pragma once

#include <algorithm>
#include <cstring>
#include <span>
#include <type_traits>

#include "core/arena.hpp"

namespace yagura::policy {

// A vector in an arena: growing leaves the old memory behind. For small collections that live as
// long.
template <typename T>
class ArenaVector {
 public:
  static_assert(std::is_trivially_copyable_v<T>);

  explicit ArenaVector(core::Arena& arena) : arena_(&arena) {}

  void add(const T& item) {
    if (size_ == capacity_) grow();
    new (items_ + size_) T(item);
    ++size_;
  }
  void pop() { --size_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] T& operator[](std::size_t at) { return items_[at]; }
  [[nodiscard]] std::span<T> items() { return {items_, size_}; }
  [[nodiscard]] std::span<const T> copy() const {
    return arena_->copy(std::span<const T>(items_, size_));
  }
  [[nodiscard]] core::Arena& arena() const { return *arena_; }

 private:
  void grow() {
    const std::size_t capacity = std::max<std::size_t>(capacity_ * 2, 4);
    auto* items = static_cast<T*>(arena_->allocate(capacity * sizeof(T), alignof(T)));
    if (size_ > 0) std::memcpy(static_cast<void*>(items), items_, size_ * sizeof(T));
    items_ = items;
    capacity_ = capacity;
  }

  core::Arena* arena_;
  T* items_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace yagura::policy
