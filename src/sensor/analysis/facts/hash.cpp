#include "sensor/analysis/facts/hash.hpp"

#include <random>

namespace yagura::sensor {

std::uint64_t process_seed() {
  static const std::uint64_t seed = [] {
    std::random_device device;
    return (std::uint64_t{device()} << 32) | device() | 1;
  }();
  return seed;
}

}  // namespace yagura::sensor
