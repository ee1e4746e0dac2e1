#pragma once

// Where the few bytes that mean something to a reader stand: 64 bytes a step, one bit a byte.

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace yagura::waf::internal {

// Bit i is set where data[i] is one of `bytes`. Reads exactly 64 bytes.
template <typename... Bytes>
[[nodiscard]] inline std::uint64_t match_mask(const char* data, Bytes... bytes) {
  std::uint64_t mask = 0;
#if defined(__SSE2__)
  for (int lane = 0; lane < 4; ++lane) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(data + lane * 16));
    __m128i hits = _mm_setzero_si128();
    ((hits = _mm_or_si128(hits, _mm_cmpeq_epi8(block, _mm_set1_epi8(bytes)))), ...);
    const auto bits = static_cast<std::uint32_t>(_mm_movemask_epi8(hits));
    mask |= std::uint64_t{bits} << (lane * 16);
  }
#else
  for (int i = 0; i < 64; ++i) {
    const bool hit = ((data[i] == bytes) || ...);
    mask |= std::uint64_t{hit} << i;
  }
#endif
  return mask;
}

// The same for the `size` (at most 64) bytes from `data` on; never reads past them.
template <typename... Bytes>
[[nodiscard]] inline std::uint64_t match_mask_of(const char* data, std::size_t size,
                                                 Bytes... bytes) {
  if (size >= 64) return match_mask(data, bytes...);
  char padded[64];
  std::memset(padded, 0, sizeof(padded));
  std::memcpy(padded, data, size);
  return match_mask(padded, bytes...) & ((std::uint64_t{1} << size) - 1);
}

// First of '"', '\\' and the control characters below 0x20, or `end`.
[[nodiscard]] inline const char* find_json_string_stop(const char* at, const char* end) {
#if defined(__SSE2__)
  while (end - at >= 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(0x1f)), block);
    const __m128i hits =
        _mm_or_si128(low, _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('"')),
                                       _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'))));
    const auto bits = static_cast<std::uint32_t>(_mm_movemask_epi8(hits));
    if (bits != 0) return at + std::countr_zero(bits);
    at += 16;
  }
#endif
  while (at != end && *at != '"' && *at != '\\' && static_cast<unsigned char>(*at) >= 0x20) ++at;
  return at;
}

}  // namespace yagura::waf::internal
