#include "image/secrets/keyword_matcher.hpp"

#include <algorithm>

#include "core/check.hpp"

namespace yagura::image {

KeywordMatcher::KeywordMatcher(std::vector<Word> words)
    : filter_((std::size_t{1} << kBits) / 64), words_(std::move(words)) {
  const auto key = [](const Word& word) {
    return key_of(static_cast<unsigned char>(word.text[0]),
                  static_cast<unsigned char>(word.text[1]),
                  static_cast<unsigned char>(word.text[2]));
  };
  for (Word& word : words_) {
    YAGURA_CHECK(word.text.size() >= 3, "shorter keywords would be found everywhere");
    std::ranges::transform(word.text, word.text.begin(), [](char c) {
      return static_cast<char>(fold(static_cast<unsigned char>(c)));
    });
    for (std::size_t i = 0; i < 3; ++i) {
      const auto c = static_cast<unsigned char>(word.text[i]);
      third_[c] = 1;
      if (c >= 'a' && c <= 'z') third_[c - 32] = 1;
    }
  }
  std::ranges::stable_sort(words_, {}, key);
  first_.assign((std::size_t{1} << kBits) + 1, 0);
  for (const Word& word : words_) {
    const std::uint32_t k = key(word);
    filter_[k >> 6] |= std::uint64_t{1} << (k & 63);
    ++first_[k + 1];
  }
  for (std::size_t i = 1; i < first_.size(); ++i) first_[i] += first_[i - 1];
}

bool KeywordMatcher::matches(std::string_view text, std::size_t at, const std::string& word) {
  if (text.size() - at < word.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (fold(static_cast<unsigned char>(text[at + i])) != static_cast<unsigned char>(word[i]))
      return false;
  }
  return true;
}

}  // namespace yagura::image
