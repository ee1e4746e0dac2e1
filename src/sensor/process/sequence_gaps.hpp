#pragma once

// Counts what CPUs lost from the numbers that they give their records.

#include <array>
#include <cstdint>
#include <vector>

namespace yagura::sensor {

class SequenceGaps {
 public:
  static constexpr unsigned kRings = 3;  // the probe's events and vital, the enforcer's verdicts

  // How many records are missing between this one and the one before of that ring and CPU. The
  // first one of each, and one without a number (0), miss nothing; numbers that go backwards are a
  // new beginning. At most 65,536 CPUs' worth of memory for each ring.
  std::uint64_t next(unsigned ring, std::uint16_t cpu, std::uint64_t sequence) {
    if (sequence == 0) return 0;
    auto& last = last_[ring % kRings];
    if (cpu >= last.size()) last.resize(static_cast<std::size_t>(cpu) + 1);
    const std::uint64_t before = last[cpu];
    last[cpu] = sequence;
    return before == 0 || sequence <= before ? 0 : sequence - before - 1;
  }

 private:
  std::array<std::vector<std::uint64_t>, kRings> last_;
};

}  // namespace yagura::sensor
