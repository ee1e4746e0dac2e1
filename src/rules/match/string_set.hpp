#pragma once

// A fixed set of texts. A lookup costs one comparison of lengths for most texts that are not in it.

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace yagura::rules {

// Of the length and up to 24 bytes: cheap for long texts. The engine takes it once for an event's
// value and asks several sets with it. Collisions cost a comparison each, and the texts of a set
// are the operator's.
[[nodiscard]] inline std::uint64_t quick_hash(std::string_view text) {
  const auto load = [](const char* at, std::size_t count) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, count);
    return word;
  };
  constexpr std::uint64_t kMultiplier = 0x9E3779B97F4A7C15U;
  std::uint64_t hash = text.size() * kMultiplier;
  if (text.size() >= 8) {
    hash ^= load(text.data(), 8);
    hash = (hash ^ (hash >> 29U)) * kMultiplier;
    hash ^= load(text.data() + text.size() / 2 - 4, 8);
    hash = (hash ^ (hash >> 29U)) * kMultiplier;
    hash ^= load(text.data() + text.size() - 8, 8);
  } else if (!text.empty()) {
    hash ^= load(text.data(), text.size());
  }
  hash = (hash ^ (hash >> 32U)) * kMultiplier;
  return hash ^ (hash >> 29U);
}

class StringSet {
 public:
  StringSet() = default;
  explicit StringSet(std::vector<std::string> texts);

  [[nodiscard]] bool may_contain_length(std::size_t length) const {
    return (lengths_ >> (length < 63 ? length : 63) & 1U) != 0;
  }
  // `hash` is quick_hash(text).
  [[nodiscard]] bool contains(std::string_view text, std::uint64_t hash) const {
    if (!may_contain_length(text.size())) return false;
    if (slots_.empty()) return is_among(text);
    for (std::size_t slot = hash & mask_; slots_[slot] != 0; slot = (slot + 1) & mask_) {
      if (texts_[slots_[slot] - 1] == text) return true;
    }
    return false;
  }
  [[nodiscard]] bool contains(std::string_view text) const {
    return contains(text, quick_hash(text));
  }
  // Sorted, each once.
  [[nodiscard]] const std::vector<std::string>& texts() const { return texts_; }

 private:
  [[nodiscard]] bool is_among(std::string_view text) const;

  // What most lookups end with stands first.
  std::uint64_t lengths_ = 0;  // a bit a length; the last one is for all from 63 on
  std::uint64_t mask_ = 0;
  // A position in texts_ plus one; 0: free. Empty where too many texts share a hash: they are
  // searched for by halves.
  std::vector<std::uint32_t> slots_ = {0};
  std::vector<std::string> texts_;
};

}  // namespace yagura::rules
