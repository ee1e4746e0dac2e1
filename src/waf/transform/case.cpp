// lowercase and uppercase, ASCII only. Text that needs no change (most) costs a few cycles for
// eight bytes.

#include <cstdint>

#include "waf/transform/internal/ascii.hpp"
#include "waf/transform/internal/functions.hpp"
#include "waf/transform/internal/write.hpp"

namespace yagura::waf::internal {
namespace {

constexpr std::uint64_t every_byte(unsigned char byte) { return 0x0101'0101'0101'0101U * byte; }

// The high bit of each byte of `word` that lies in [first, last]; both are ASCII.
constexpr std::uint64_t bytes_in_range(std::uint64_t word, unsigned char first,
                                       unsigned char last) {
  const std::uint64_t low = word & every_byte(0x7f);
  const std::uint64_t at_least = low + every_byte(static_cast<unsigned char>(0x80 - first));
  const std::uint64_t above = low + every_byte(static_cast<unsigned char>(0x7f - last));
  return at_least & ~above & ~word & every_byte(0x80);
}

template <char kFirst, char kLast>
const char* find_in_range(const char* from, const char* end) {
  for (; end - from >= 8; from += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, from, 8);
    if (bytes_in_range(word, kFirst, kLast) != 0) break;
  }
  while (from != end && (*from < kFirst || *from > kLast)) ++from;
  return from;
}

// Flips the case bit of the bytes in [kFirst, kLast].
template <char kFirst, char kLast>
std::string_view change_case(std::string_view input, std::string& out) {
  const char* const begin = input.data();
  const char* const end = begin + input.size();
  const char* from = find_in_range<kFirst, kLast>(begin, end);
  if (from == end) return input;
  return write_to(out, input.size(), [&](char* to) {
    to = copy_span(begin, from, to);
    for (; end - from >= 8; from += 8, to += 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, from, 8);
      word ^= bytes_in_range(word, kFirst, kLast) >> 2;  // 0x80 to the case bit 0x20
      std::memcpy(to, &word, 8);
    }
    for (; from != end; ++from) {
      *to++ = *from >= kFirst && *from <= kLast ? static_cast<char>(*from ^ 0x20) : *from;
    }
    return to;
  });
}

}  // namespace

std::string_view lowercase(std::string_view input, std::string& out) {
  return change_case<'A', 'Z'>(input, out);
}

std::string_view uppercase(std::string_view input, std::string& out) {
  return change_case<'a', 'z'>(input, out);
}

}  // namespace yagura::waf::internal
