#pragma once

// The inside of JSON strings. Internal to src/kube.

#include <bit>
#include <cstdint>
#include <string>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace yagura::kube::json {

struct StringEnd {
  const char* at =
      nullptr;        // the first quote, backslash or control character; `end` where there is none
  bool ascii = true;  // nothing at or above 0x80 before it
};

// One byte at a time; the tail of what find_string_end does in blocks.
inline StringEnd find_string_end_slowly(const char* at, const char* end, bool ascii) {
  for (; at < end; ++at) {
    const auto byte = static_cast<unsigned char>(*at);
    if (byte == '"' || byte == '\\' || byte < 0x20) break;
    if (byte >= 0x80) ascii = false;
  }
  return {.at = at, .ascii = ascii};
}

inline StringEnd find_string_end(const char* at, const char* end) {
  bool ascii = true;
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i last_control = _mm_set1_epi8(0x1F);
  while (end - at >= 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(block, last_control), block);
    const __m128i hit = _mm_or_si128(
        _mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, backslash)), control);
    const auto hits = static_cast<std::uint32_t>(_mm_movemask_epi8(hit));
    const auto high = static_cast<std::uint32_t>(_mm_movemask_epi8(block));
    if (hits != 0) {
      const int first = std::countr_zero(hits);
      if ((high & ((1U << first) - 1)) != 0) ascii = false;
      return {.at = at + first, .ascii = ascii};
    }
    if (high != 0) ascii = false;
    at += 16;
  }
#endif
  return find_string_end_slowly(at, end, ascii);
}

// `at` is at a backslash and moves behind the escape, whose meaning is appended. Returns the
// problem, or null.
[[nodiscard]] const char* append_escape(const char*& at, const char* end, std::string& out);

}  // namespace yagura::kube::json
