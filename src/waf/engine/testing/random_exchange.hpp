#pragma once

// For tests and fuzz targets: a rule set that uses what the engine knows, and requests made of the
// words that its rules look for. The same numbers make the same request.

#include <cstdint>
#include <string>
#include <string_view>

#include "waf/engine/testing/exchange.hpp"

namespace yagura::waf::testing_engine {

// Levels, chains, captures, exclusions, transformations, negation, counts, macros, scores, jumps,
// removed rules and targets, in every phase.
[[nodiscard]] std::string_view varied_rules();

// Numbers without end, from a seed.
class Numbers {
 public:
  explicit Numbers(std::uint64_t seed) : state_(seed * 2 + 1) {}
  [[nodiscard]] std::uint64_t below(std::uint64_t bound) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_ % bound;
  }

 private:
  std::uint64_t state_;
};

[[nodiscard]] Exchange random_exchange(Numbers& numbers);

}  // namespace yagura::waf::testing_engine
