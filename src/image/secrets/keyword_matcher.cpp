#include "image/secrets/keyword_matcher.hpp"

#include <algorithm>
#include <tuple>

#include "core/check.hpp"

namespace yagura::image {

KeywordMatcher::KeywordMatcher(std::vector<Word> words) : words_(std::move(words)) {
  for (std::uint32_t i = 0; i < words_.size(); ++i) {
    std::string& text = words_[i].text;
    YAGURA_CHECK(text.size() >= 3, "shorter keywords would be found everywhere");
    std::ranges::transform(text, text.begin(), [](char c) {
      return static_cast<char>(fold(static_cast<unsigned char>(c)));
    });
    add(i, 0, {text[0], text[1], text[2]});
    if (text.size() > 3) {
      add(i, 1, {text[1], text[2], text[3]});
      continue;
    }
    // What follows a word of three bytes may be anything. Bit 5 does not count.
    for (unsigned c = 0; c < 256; ++c) {
      if ((c & 0x20U) != 0) add(i, 1, {text[1], text[2], static_cast<char>(c)});
    }
  }
  std::ranges::sort(entries_, {}, [](const Entry& entry) {
    return std::tuple(entry.key, 1 - entry.offset, entry.word);
  });
  // Two that follow may have one hash.
  const auto same = [](const Entry& a, const Entry& b) {
    return a.key == b.key && a.offset == b.offset && a.word == b.word;
  };
  const auto twice = std::ranges::unique(entries_, same);
  entries_.erase(twice.begin(), twice.end());
  first_.assign((std::size_t{1} << kBits) + 1, 0);
  for (const Entry& entry : entries_) {
    filter_[entry.key >> 5] |= std::uint32_t{1} << (entry.key & 31);
    ++first_[entry.key + 1];
  }
  for (std::size_t i = 1; i < first_.size(); ++i) first_[i] += first_[i - 1];
}

void KeywordMatcher::add(std::uint32_t word, std::uint32_t offset, std::array<char, 4> bytes) {
  entries_.push_back({.key = key_at(bytes.data()), .word = word, .offset = offset});
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
