#include "kube/seeded_hash.hpp"

#include <cstring>
#include <random>

namespace yagura::kube {

namespace {

std::uint64_t random_seed() {
  std::random_device device;
  return (static_cast<std::uint64_t>(device()) << 32) | device();
}

// Multiply and fold: every bit of the input reaches every bit of the result.
std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

}  // namespace

std::uint64_t seeded_hash(std::string_view text) {
  static const std::uint64_t kSeed = random_seed() | 1;
  static const std::uint64_t kSecond = random_seed() | 1;
  std::uint64_t state = kSeed ^ text.size();
  const char* at = text.data();
  std::size_t left = text.size();
  for (; left >= 8; left -= 8, at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, 8);
    state = mix(state ^ word, kSecond);
  }
  std::uint64_t tail = 0;
  if (left > 0) std::memcpy(&tail, at, left);
  return mix(state ^ tail, kSecond ^ kSeed);
}

}  // namespace yagura::kube
