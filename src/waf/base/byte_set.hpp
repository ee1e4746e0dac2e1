#pragma once

// Sets of bytes, and what a text must contain: the cheapest question that the engine asks of a
// value before any matcher sees it.

#include <array>
#include <bit>
#include <cstdint>
#include <string_view>
#include <vector>

namespace yagura::waf {

// A set of byte values. 32 bytes, trivially copyable; every operation is a few instructions.
class ByteSet {
 public:
  constexpr ByteSet() = default;
  // Bit b of word w is byte 64 w + b.
  explicit constexpr ByteSet(const std::array<std::uint64_t, 4>& words) : words_(words) {}

  [[nodiscard]] static constexpr ByteSet of(std::string_view bytes) {
    ByteSet set;
    for (const char byte : bytes) set.add(static_cast<unsigned char>(byte));
    return set;
  }
  [[nodiscard]] static constexpr ByteSet range(unsigned char first, unsigned char last) {
    ByteSet set;
    for (unsigned value = first; value <= last; ++value) set.add(static_cast<unsigned char>(value));
    return set;
  }
  [[nodiscard]] static constexpr ByteSet all() { return range(0, 255); }

  constexpr void add(unsigned char byte) { words_[byte >> 6] |= std::uint64_t{1} << (byte & 63); }
  [[nodiscard]] constexpr bool contains(unsigned char byte) const {
    return ((words_[byte >> 6] >> (byte & 63)) & 1) != 0;
  }
  [[nodiscard]] constexpr bool intersects(const ByteSet& other) const {
    return ((words_[0] & other.words_[0]) | (words_[1] & other.words_[1]) |
            (words_[2] & other.words_[2]) | (words_[3] & other.words_[3])) != 0;
  }
  [[nodiscard]] constexpr bool is_subset_of(const ByteSet& other) const {
    return ((words_[0] & ~other.words_[0]) | (words_[1] & ~other.words_[1]) |
            (words_[2] & ~other.words_[2]) | (words_[3] & ~other.words_[3])) == 0;
  }
  [[nodiscard]] constexpr bool empty() const {
    return (words_[0] | words_[1] | words_[2] | words_[3]) == 0;
  }
  [[nodiscard]] int count() const;
  // Calls `each` with every byte of the set, ascending; time by the number of bytes.
  template <typename Each>
  constexpr void for_each(Each each) const {
    for (unsigned word = 0; word < 4; ++word) {
      for (std::uint64_t rest = words_[word]; rest != 0; rest &= rest - 1) {
        each(static_cast<unsigned char>(64 * word + static_cast<unsigned>(std::countr_zero(rest))));
      }
    }
  }

  constexpr ByteSet& operator|=(const ByteSet& other) {
    for (std::size_t i = 0; i < 4; ++i) words_[i] |= other.words_[i];
    return *this;
  }
  constexpr ByteSet& operator&=(const ByteSet& other) {
    for (std::size_t i = 0; i < 4; ++i) words_[i] &= other.words_[i];
    return *this;
  }
  [[nodiscard]] constexpr ByteSet operator~() const {
    ByteSet set;
    for (std::size_t i = 0; i < 4; ++i) set.words_[i] = ~words_[i];
    return set;
  }
  friend constexpr ByteSet operator|(ByteSet a, const ByteSet& b) { return a |= b; }
  friend constexpr ByteSet operator&(ByteSet a, const ByteSet& b) { return a &= b; }
  friend constexpr bool operator==(const ByteSet&, const ByteSet&) = default;

 private:
  std::array<std::uint64_t, 4> words_{};
};

// The bytes that occur in `text`. Linear, about a byte a cycle or better.
[[nodiscard]] ByteSet bytes_in(std::string_view text);

// A necessary condition for a match: the text is at least `min_length` long and has at least one
// byte of each of `one_of`. Never a sufficient one. The default accepts every text.
struct ByteCondition {
  std::vector<ByteSet> one_of;
  std::size_t min_length = 0;

  [[nodiscard]] bool may_match(const ByteSet& present, std::size_t length) const {
    if (length < min_length) return false;
    for (const ByteSet& set : one_of) {
      if (!set.intersects(present)) return false;
    }
    return true;
  }
};

}  // namespace yagura::waf
