#pragma once

// Fast hashes of what strangers say, seeded at random once a process: nobody can choose texts that
// collide. Not kept between runs.

#include <cstdint>
#include <cstring>
#include <string_view>

namespace yagura::sensor {

[[nodiscard]] std::uint64_t process_seed();

// The product of two 64-bit numbers, folded: each bit of the output depends on all of the input.
[[nodiscard]] inline std::uint64_t fold_multiply(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

inline constexpr std::uint64_t kHashStep = 0x9e3779b97f4a7c15ULL;

[[nodiscard]] inline std::uint64_t combine_hash(std::uint64_t hash, std::uint64_t value) {
  return fold_multiply(hash ^ kHashStep, value ^ (hash + 0xe7037ed1a0b428dbULL));
}

// 16 bytes a step.
[[nodiscard]] inline std::uint64_t hash_text(std::string_view text, std::uint64_t seed) {
  std::uint64_t hash = seed ^ (text.size() * kHashStep);
  const char* at = text.data();
  std::size_t left = text.size();
  while (left > 16) {
    std::uint64_t a = 0;
    std::uint64_t b = 0;
    std::memcpy(&a, at, 8);
    std::memcpy(&b, at + 8, 8);
    hash = fold_multiply(a ^ hash ^ kHashStep, b ^ seed ^ 0xe7037ed1a0b428dbULL);
    at += 16;
    left -= 16;
  }
  std::uint64_t a = 0;
  std::uint64_t b = 0;
  if (left >= 8) {
    std::memcpy(&a, at, 8);
    std::memcpy(&b, at + left - 8, 8);
  } else if (left > 0) {
    std::memcpy(&a, at, left);
  }
  hash = fold_multiply(a ^ hash ^ kHashStep, b ^ seed ^ 0xe7037ed1a0b428dbULL);
  return fold_multiply(hash, kHashStep);
}

[[nodiscard]] inline std::uint64_t hash_text(std::string_view text) {
  static const std::uint64_t seed = process_seed();
  return hash_text(text, seed);
}

// For unordered containers that are asked with string_views.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return hash_text(text); }
};

}  // namespace yagura::sensor
