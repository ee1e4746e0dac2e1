#pragma once

// Globs with !(…), which no regular expression of RE2 says: a table of states, made when the rules
// are compiled. Internal to src/rules/match.

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "rules/match/glob_tree.hpp"

namespace yagura::rules {

// Immutable, thread-safe.
class GlobAutomaton {
 public:
  static constexpr std::size_t kMaxStates = 2'000;
  static constexpr std::size_t kMaxWork = 4'000'000;  // visits of states while it is made

  // kLimitExceeded: it would have more states, or take longer to make.
  [[nodiscard]] static Result<GlobAutomaton> make(const GlobTree& tree);

  // One look into the table a byte.
  [[nodiscard]] bool matches(std::string_view text) const;
  // Bytes of the table, and a quarter of the work.
  [[nodiscard]] std::size_t cost() const { return table_.size() * 2 + work_ / 4; }

 private:
  friend class GlobCompiler;

  std::array<std::uint8_t, 256> classes_{};  // bytes that no state tells apart are one
  std::size_t class_count_ = 1;
  std::vector<std::uint16_t> table_;  // state * class_count_ + class: the next state
  std::size_t work_ = 0;              // of making it
  std::vector<bool> accepts_;         // by state; the first is where it begins
};

}  // namespace yagura::rules
