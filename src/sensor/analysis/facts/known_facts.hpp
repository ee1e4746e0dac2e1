#pragma once

// Remembers which facts need no further look, so that what a workload does a million times costs a
// hash and one load. A fact that was pushed out is looked at again: nothing is lost but time. Facts
// are told apart by 64 bits of a seeded hash; that two of them agree happens once in 2^64 pairs.

#include <cstdint>
#include <vector>

namespace yagura::sensor {

class KnownFacts {
 public:
  // 2^bits slots of 8 bytes.
  explicit KnownFacts(unsigned bits = 15) : shift_(64 - bits), slots_(std::size_t{1} << bits) {}

  [[nodiscard]] bool has(std::uint64_t fact) const { return slots_[fact >> shift_] == fact; }
  void add(std::uint64_t fact) { slots_[fact >> shift_] = fact; }
  void clear() { slots_.assign(slots_.size(), 0); }

 private:
  unsigned shift_;
  std::vector<std::uint64_t> slots_;
};

}  // namespace yagura::sensor
