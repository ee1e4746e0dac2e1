#include "waf/base/byte_set.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstring>

namespace yagura::waf {

int ByteSet::count() const {
  int total = 0;
  for (const std::uint64_t word : words_) total += std::popcount(word);
  return total;
}

namespace {

// Of short texts: a word is read and written for each byte, which waits for the byte before.
ByteSet bytes_in_short(std::string_view text) {
  ByteSet set;
  for (const char byte : text) set.add(static_cast<unsigned char>(byte));
  return set;
}

constexpr std::size_t kShort = 40;

}  // namespace

// Of longer ones: a flag for each byte value, stores that wait for nothing, then eight flags at a
// time to bits. The multiplication moves the lowest bit of byte i to bit 56 + i.
ByteSet bytes_in(std::string_view text) {
  if (text.size() < kShort) return bytes_in_short(text);
  alignas(64) std::array<unsigned char, 256> seen{};
  for (const char byte : text) seen[static_cast<unsigned char>(byte)] = 1;
  std::array<std::uint64_t, 4> words{};
  for (std::size_t i = 0; i < 32; ++i) {
    std::uint64_t flags = 0;
    std::memcpy(&flags, seen.data() + 8 * i, 8);
    if constexpr (std::endian::native == std::endian::big) flags = __builtin_bswap64(flags);
    words[i / 8] |= ((flags * 0x0102'0408'1020'4080ULL) >> 56) << (8 * (i % 8));
  }
  return ByteSet(words);
}

}  // namespace yagura::waf
