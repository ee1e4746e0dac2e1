#include "waf/base/byte_set.hpp"

#include <gtest/gtest.h>

#include <string>

namespace yagura::waf {
namespace {

TEST(ByteSet, HoldsEveryByteOfATextAndNoOther) {
  std::string text;
  for (int byte = 0; byte < 256; byte += 3) text.push_back(static_cast<char>(byte));
  const ByteSet set = bytes_in(text);
  for (int byte = 0; byte < 256; ++byte) {
    EXPECT_EQ(set.contains(static_cast<unsigned char>(byte)), byte % 3 == 0) << byte;
  }
  EXPECT_EQ(set.count(), 86);
}

TEST(ByteSet, KnowsEachByteOfLongAndShortTextsAlike) {
  for (int byte = 0; byte < 256; ++byte) {
    for (const std::size_t size : {1U, 39U, 40U, 41U, 500U}) {
      std::string text(size, 'x');
      text.back() = static_cast<char>(byte);
      ByteSet expected;
      for (const char c : text) expected.add(static_cast<unsigned char>(c));
      EXPECT_EQ(bytes_in(text), expected) << byte << " in " << size;
    }
  }
}

TEST(ByteSet, ComplementAndSubsetAgree) {
  const ByteSet letters = ByteSet::range('a', 'z');
  EXPECT_FALSE(letters.intersects(~letters));
  EXPECT_EQ(letters | ~letters, ByteSet::all());
  EXPECT_TRUE(bytes_in("hello").is_subset_of(letters));
  EXPECT_FALSE(bytes_in("hello!").is_subset_of(letters));
}

TEST(ByteCondition, NeedsOneByteOfEachSetAndTheLength) {
  const ByteCondition condition{.one_of = {ByteSet::of("'\""), ByteSet::of("=")}, .min_length = 3};
  EXPECT_TRUE(condition.may_match(bytes_in("a'='"), 4));
  EXPECT_FALSE(condition.may_match(bytes_in("a=b"), 3));
  EXPECT_FALSE(condition.may_match(bytes_in("'="), 2));
  EXPECT_TRUE(ByteCondition{}.may_match(bytes_in(""), 0));
}

TEST(ByteSet, NamesEachOfItsBytes) {
  std::string bytes;
  ByteSet::of("zA\xff").for_each([&](unsigned char byte) { bytes += static_cast<char>(byte); });
  EXPECT_EQ(bytes, "Az\xff");
  ByteSet{}.for_each([](unsigned char) { ADD_FAILURE(); });
}

}  // namespace
}  // namespace yagura::waf
