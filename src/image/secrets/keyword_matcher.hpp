#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace yagura::image {

// Finds all occurrences of many short words in one walk over a text, in any case (ASCII). Two
// stages: a table of the first bytes' pairs skips most positions, a hash of the first four bytes
// finds the few words to compare. Immutable once made; find() is thread-safe.
class KeywordMatcher {
 public:
  // Words of at least three bytes; `value` is what find() tells.
  struct Word {
    std::string text;
    std::uint32_t value = 0;
  };
  explicit KeywordMatcher(std::vector<Word> words);

  // Calls take(value, position) for each occurrence, by position. Linear in the text for words that
  // share few beginnings.
  template <class Take>
  void find(std::string_view text, Take&& take) const {
    if (text.size() < 3) return;
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    const std::size_t last = text.size() - 2;
    for (std::size_t i = 0; i < last; ++i) {
      if (third_[bytes[i + 2]] == 0) {
        // No word has that byte third, second or first: nothing begins at i, i + 1 or i + 2.
        i += 2;
        continue;
      }
      const std::uint32_t key = key_of(bytes[i], bytes[i + 1], bytes[i + 2]);
      if ((filter_[key >> 6] >> (key & 63) & 1) == 0) continue;
      compare(text, i, key, take);
    }
  }

 private:
  static constexpr std::size_t kBits = 15;

  static std::uint32_t fold(unsigned char c) { return c >= 'A' && c <= 'Z' ? c + 32U : c; }
  // Bit 5 does not count for letters: folding by it keeps both cases together, and lets only few
  // strangers in.
  static std::uint32_t key_of(unsigned char a, unsigned char b, unsigned char c) {
    const std::uint32_t word = (a | 0x20U) | (b | 0x20U) << 8 | (c | 0x20U) << 16;
    return word * 0x9E3779B1U >> (32 - kBits);
  }

  template <class Take>
  void compare(std::string_view text, std::size_t at, std::uint32_t key, Take& take) const {
    for (std::uint32_t i = first_[key]; i < first_[key + 1]; ++i) {
      const Word& word = words_[i];
      if (matches(text, at, word.text)) take(word.value, at);
    }
  }
  static bool matches(std::string_view text, std::size_t at, const std::string& word);

  std::array<std::uint8_t, 256> third_{};  // may stand first, second or third in a word
  std::vector<std::uint64_t> filter_;
  std::vector<std::uint32_t> first_;  // of each key: where its words begin in words_
  std::vector<Word> words_;           // by key, folded
};

}  // namespace yagura::image
