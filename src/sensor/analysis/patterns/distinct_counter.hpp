#pragma once

// How many different things there were, in a few bytes: linear counting (Whang, Vander-Zanden,
// Taylor 1990). With z of m bits never set, about m ln(m / z) things were seen; within some per
// cent up to 2 m, and then it says 5 m at most.

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

namespace yagura::sensor {

template <unsigned kBits>
class DistinctCounter {
 public:
  void add(std::uint64_t hash) {
    const unsigned bit = static_cast<unsigned>(hash >> 32) % kBits;
    words_[bit / 64] |= std::uint64_t{1} << (bit % 64);
  }
  [[nodiscard]] double count() const {
    unsigned set = 0;
    for (const std::uint64_t word : words_) set += static_cast<unsigned>(std::popcount(word));
    if (set >= kBits) return 5.0 * kBits;
    return kBits * std::log(static_cast<double>(kBits) / (kBits - set));
  }
  void clear() { words_ = {}; }

 private:
  static_assert(kBits % 64 == 0);
  std::array<std::uint64_t, kBits / 64> words_{};
};

}  // namespace yagura::sensor
