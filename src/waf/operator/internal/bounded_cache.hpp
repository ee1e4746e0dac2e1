#pragma once

// What operators with a macro in their argument build from its expansions: kept for the last few
// distinct ones, since most rules expand to the same text each time.

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace yagura::waf::internal {

// Thread-safe; holds at most `capacity` values and forgets the one that was not asked for the
// longest. A null value is kept, too: what could not be built is not tried again each time.
template <typename Value>
class BoundedCache {
 public:
  using Pointer = std::shared_ptr<const Value>;

  explicit BoundedCache(std::size_t capacity) : capacity_(capacity) {}

  // The value of `key`, made by `make(key)` (without the lock) where it is not there.
  template <typename Make>
  Pointer get(std::string_view key, Make make) {
    if (const auto found = find(key)) return *found;
    Pointer made = make(key);
    store(key, made);
    return made;
  }

  [[nodiscard]] std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return entries_.size();
  }

 private:
  struct Entry {
    std::string key;
    Pointer value;
  };

  std::optional<Pointer> find(std::string_view key) {
    const std::lock_guard lock(mutex_);
    const auto found = index_.find(key);
    if (found == index_.end()) return std::nullopt;
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->value;
  }

  void store(std::string_view key, const Pointer& value) {
    const std::lock_guard lock(mutex_);
    if (index_.contains(key)) return;  // another thread was faster
    entries_.push_front({std::string(key), value});
    index_.emplace(entries_.front().key, entries_.begin());
    if (entries_.size() <= capacity_) return;
    index_.erase(entries_.back().key);
    entries_.pop_back();
  }

  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::list<Entry> entries_;  // the one asked for last in front
  std::unordered_map<std::string_view, typename std::list<Entry>::iterator> index_;
};

}  // namespace yagura::waf::internal
