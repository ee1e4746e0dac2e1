#pragma once

// Numbers for names that traffic chooses (members of TX made by macros). Open addressing with a
// hash that a process seeds at random, so that nobody outside can choose names that collide.

#include <cstdint>
#include <string_view>
#include <vector>

namespace yagura::waf::internal {

// Multiply and fold, eight bytes a step. Not for cryptography.
[[nodiscard]] std::uint64_t seeded_hash(std::string_view text);

// Names are views: whoever adds one keeps its bytes. Numbers count from 0 in order of adding.
class NameIndex {
 public:
  static constexpr std::uint32_t kAbsent = 0xffff'ffff;

  [[nodiscard]] std::uint32_t find(std::string_view name) const;
  // `name` must not be there.
  std::uint32_t add(std::string_view name);
  [[nodiscard]] std::size_t size() const { return names_.size(); }
  [[nodiscard]] std::string_view name(std::uint32_t number) const { return names_[number]; }
  // Keeps its memory.
  void clear();

 private:
  void grow();
  [[nodiscard]] std::size_t place_of(std::string_view name) const;

  std::vector<std::string_view> names_;
  std::vector<std::uint32_t> table_;  // number + 1; 0: free. A power of two, at most half full.
};

}  // namespace yagura::waf::internal
