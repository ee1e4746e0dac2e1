#include "waf/match/phrase_set.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace yagura::waf {
namespace {

TEST(PhraseSet, FindsTheFirstThatEndsAndTheLongestThere) {
  const std::vector<std::string> phrases = {"he", "she", "hers"};
  const PhraseSet set(phrases);
  EXPECT_EQ(set.find("ushers"), "she");
  EXPECT_EQ(set.find("HERS"), "HE");
  EXPECT_FALSE(set.find("h e r s"));
  EXPECT_FALSE(set.find(""));
}

// Against the obvious way, over random texts of few letters so that phrases overlap.
TEST(PhraseSet, AgreesWithLookingForEachPhrase) {
  std::mt19937 random(7);
  const auto text_of = [&](std::size_t length) {
    std::string text;
    for (std::size_t i = 0; i < length; ++i) text.push_back("abC"[random() % 3]);
    return text;
  };
  const auto lower = [](std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) { return c == 'C' ? 'c' : c; });
    return text;
  };
  for (int round = 0; round < 500; ++round) {
    std::vector<std::string> phrases;
    for (unsigned i = 0; i < 1 + random() % 6; ++i) phrases.push_back(text_of(1 + random() % 5));
    const PhraseSet set(phrases);
    const std::string text = text_of(random() % 30);
    const bool expected = std::ranges::any_of(phrases, [&](const std::string& phrase) {
      return lower(text).find(lower(phrase)) != std::string::npos;
    });
    const auto found = set.find(text);
    ASSERT_EQ(found.has_value(), expected) << text;
    if (found) {
      EXPECT_TRUE(std::ranges::any_of(
          phrases, [&](const std::string& p) { return lower(p) == lower(std::string(*found)); }));
      EXPECT_TRUE(set.condition().may_match(bytes_in(text), text.size()));
    }
  }
}

}  // namespace
}  // namespace yagura::waf
