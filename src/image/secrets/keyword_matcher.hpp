#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace yagura::image {

// Finds all occurrences of many short words in one walk over a text, in any case (ASCII).
//
// Only every second place is looked at: a word of three bytes or more has three bytes that begin at
// an even place, its first three or those one further. A filter knows the hashes of both; sixteen
// bytes are asked together, since what a wrong guess of one branch costs is more than what eight
// questions cost. Immutable once made; find() is thread-safe.
class KeywordMatcher {
 public:
  // Words of at least three bytes; `value` is what find() tells.
  struct Word {
    std::string text;
    std::uint32_t value = 0;
  };
  explicit KeywordMatcher(std::vector<Word> words);

  // Calls take(value, position) for each occurrence, by position. Linear in the text for words that
  // share few beginnings. passed(position): now and then, how far the walk is.
  template <class Take, class Passed>
  void find(std::string_view text, Take&& take, Passed&& passed) const {
    constexpr std::size_t kBlock = 16;  // bytes, and three more are read
    std::size_t at = 0;
    for (; at + kBlock + 3 <= text.size(); at += kBlock) {
      if ((at & (kTell - 1)) == 0 && at != 0) passed(at);
      std::uint32_t seen = 0;
      for (std::size_t i = 0; i < kBlock / 2; ++i) {
        seen |= static_cast<std::uint32_t>(is_known(key_at(text.data() + at + 2 * i))) << i;
      }
      for (; seen != 0; seen &= seen - 1) {
        const std::size_t place = at + 2 * static_cast<std::size_t>(std::countr_zero(seen));
        compare(text, place, key_at(text.data() + place), take);
      }
    }
    for (; at < text.size(); at += 2) {
      std::array<char, 4> bytes{};
      text.copy(bytes.data(), bytes.size(), at);
      const std::uint32_t key = key_at(bytes.data());
      if (is_known(key)) compare(text, at, key, take);
    }
  }
  template <class Take>
  void find(std::string_view text, Take&& take) const {
    find(text, take, [](std::size_t) {});
  }

 private:
  static constexpr std::size_t kBits = 16;
  static constexpr std::size_t kTell = std::size_t{1} << 20;  // bytes between two calls of passed()

  struct Entry {
    std::uint32_t key = 0;
    std::uint32_t word = 0;    // in words_
    std::uint32_t offset = 0;  // of the three bytes in the word: 0 or 1
  };

  static std::uint32_t fold(unsigned char c) { return c >= 'A' && c <= 'Z' ? c + 32U : c; }
  // Of three bytes; a fourth is read, and does not count. Bit 5 does not count for letters: folding
  // by it keeps both cases together, and lets only few strangers in.
  static std::uint32_t key_at(const char* bytes) {
    std::uint32_t word = 0;
    std::memcpy(&word, bytes, sizeof(word));
    if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap32(word);
    return ((word | 0x202020U) << 8) * 0x9E3779B1U >> (32 - kBits);
  }
  [[nodiscard]] bool is_known(std::uint32_t key) const {
    return (filter_[key >> 5] >> (key & 31) & 1) != 0;
  }

  template <class Take>
  void compare(std::string_view text, std::size_t place, std::uint32_t key, Take& take) const {
    for (std::uint32_t i = first_[key]; i < first_[key + 1]; ++i) {
      const Entry& entry = entries_[i];
      if (place < entry.offset) continue;
      const Word& word = words_[entry.word];
      if (matches(text, place - entry.offset, word.text)) take(word.value, place - entry.offset);
    }
  }
  static bool matches(std::string_view text, std::size_t at, const std::string& word);
  void add(std::uint32_t word, std::uint32_t offset, std::array<char, 4> bytes);

  std::array<std::uint32_t, (std::size_t{1} << kBits) / 32> filter_{};
  std::vector<std::uint32_t> first_;  // of each key: where it begins in entries_
  std::vector<Entry> entries_;        // by key; those of the earlier place first
  std::vector<Word> words_;           // folded
};

}  // namespace yagura::image
