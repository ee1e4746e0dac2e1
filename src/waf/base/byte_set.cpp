#include "waf/base/byte_set.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

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

constexpr std::size_t kShort = 40;

// Of short texts, in registers: a set in memory would be read and written for each byte, and each
// would wait for the one before. Almost every byte is ASCII.
ByteSet bytes_in_short(std::string_view text) {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  std::uint64_t beyond = 0;
  for (const char byte : text) {
    const auto value = static_cast<unsigned char>(byte);
    const std::uint64_t bit = std::uint64_t{1} << (value & 63);
    const std::uint64_t is_high = std::uint64_t{0} - ((value >> 6) & 1);
    low |= bit & ~is_high;
    high |= bit & is_high;
    beyond |= value & 0x80;
  }
  if (beyond == 0) return ByteSet({low, high, 0, 0});
  ByteSet set;
  for (const char byte : text) set.add(static_cast<unsigned char>(byte));
  return set;
}

// A flag of all ones or of zeros for each byte value, to a bit for each.
std::array<std::uint64_t, 4> bits_of(const std::array<unsigned char, 256>& flags) {
  std::array<std::uint64_t, 4> words{};
#if defined(__SSE2__)
  for (std::size_t i = 0; i < 16; ++i) {
    const auto sixteen = _mm_load_si128(reinterpret_cast<const __m128i*>(flags.data() + 16 * i));
    const auto mask = static_cast<std::uint32_t>(_mm_movemask_epi8(sixteen));
    words[i / 4] |= std::uint64_t{mask} << (16 * (i % 4));
  }
#else
  // The multiplication moves the lowest bit of byte i to bit 56 + i.
  for (std::size_t i = 0; i < 32; ++i) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, flags.data() + 8 * i, 8);
    if constexpr (std::endian::native == std::endian::big) eight = __builtin_bswap64(eight);
    eight &= 0x0101'0101'0101'0101ULL;
    words[i / 8] |= ((eight * 0x0102'0408'1020'4080ULL) >> 56) << (8 * (i % 8));
  }
#endif
  return words;
}

}  // namespace

ByteSet bytes_in(std::string_view text) {
  if (text.size() < kShort) return bytes_in_short(text);
  alignas(64) std::array<unsigned char, 256> seen{};
  for (const char byte : text) seen[static_cast<unsigned char>(byte)] = 0xff;
  return ByteSet(bits_of(seen));
}

}  // namespace yagura::waf
