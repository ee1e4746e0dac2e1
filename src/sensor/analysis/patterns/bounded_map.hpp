#pragma once

// A map with a limit that keeps what is used: two generations, and when the young one has half of
// the limit, the old one goes. Never more than `limit` entries; every step O(1).

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>

namespace yagura::sensor {

template <typename Value>
class BoundedMap {
 public:
  explicit BoundedMap(std::size_t limit) : half_(limit / 2 == 0 ? 1 : limit / 2) {}

  // Makes it where it is not. Valid until the next call of at().
  [[nodiscard]] Value& at(std::uint64_t key) {
    if (const auto found = young_.find(key); found != young_.end()) return found->second;
    if (young_.size() >= half_) {
      forgotten_ += old_.size();
      old_ = std::exchange(young_, {});
    }
    if (auto moved = old_.extract(key); !moved.empty()) {
      return young_.insert(std::move(moved)).position->second;
    }
    return young_[key];
  }
  [[nodiscard]] Value* find(std::uint64_t key) {
    if (const auto found = young_.find(key); found != young_.end()) return &found->second;
    if (const auto found = old_.find(key); found != old_.end()) return &found->second;
    return nullptr;
  }
  void erase(std::uint64_t key) {
    young_.erase(key);
    old_.erase(key);
  }
  [[nodiscard]] std::size_t size() const { return young_.size() + old_.size(); }
  [[nodiscard]] std::uint64_t forgotten() const { return forgotten_; }

 private:
  std::size_t half_;
  std::unordered_map<std::uint64_t, Value> young_;
  std::unordered_map<std::uint64_t, Value> old_;
  std::uint64_t forgotten_ = 0;
};

}  // namespace yagura::sensor
