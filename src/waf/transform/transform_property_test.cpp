// What must hold for every transformation and any text.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "waf/transform/testing/random_text.hpp"
#include "waf/transform/transform.hpp"

namespace yagura::waf {
namespace {

constexpr int kRounds = 2000;

std::vector<Transform> all_transforms() {
  std::vector<Transform> all;
  for (std::size_t i = 0; i < kTransformCount; ++i) all.push_back(static_cast<Transform>(i));
  return all;
}

bool changes_the_empty_text(Transform transform) {
  return transform == Transform::kLength || transform == Transform::kMd5 ||
         transform == Transform::kSha1;
}

TEST(TransformProperty, TextWithoutTriggersComesOutAsTheInputItself) {
  testing::RandomText random(1);
  for (const Transform transform : all_transforms()) {
    for (int round = 0; round < kRounds; ++round) {
      std::string text;
      for (const char byte : random.next(20)) {
        if (!triggers(transform).contains(static_cast<unsigned char>(byte))) text += byte;
      }
      if (text.empty()) continue;
      std::string out;
      ASSERT_EQ(apply(transform, text, out).data(), text.data()) << name_of(transform) << text;
    }
  }
}

TEST(TransformProperty, BytesAfterAreThoseOfTheOutputOrMore) {
  testing::RandomText random(7);
  for (const Transform transform : all_transforms()) {
    for (int round = 0; round < kRounds; ++round) {
      const std::string text = random.next(40);
      std::string out;
      const std::string_view result = apply(transform, text, out);
      if (result.data() == text.data()) continue;
      const ByteSet after = bytes_after(transform, bytes_in(text), result);
      ASSERT_TRUE(bytes_in(result).is_subset_of(after)) << name_of(transform) << text;
    }
  }
}

TEST(TransformProperty, BytesAfterAreExactForTheUsualOnes) {
  for (const Transform transform : {Transform::kLowercase, Transform::kRemoveWhitespace,
                                    Transform::kRemoveNulls, Transform::kUrlDecodeUni}) {
    const std::string text = std::string("A b%41\0c", 9) + std::string(1, '\0');
    std::string out;
    const std::string_view result = apply(transform, text, out);
    EXPECT_EQ(bytes_after(transform, bytes_in(text), result), bytes_in(result))
        << name_of(transform);
  }
}

TEST(TransformProperty, EveryByteAmongTheTriggersChangesSomeText) {
  // No trigger set is larger than it must be: for each of its bytes there is a text of that byte
  // and others that are no triggers, or of pieces, which changes. Checked for single-byte sets.
  const std::vector<std::pair<Transform, std::string>> samples = {
      {Transform::kCssDecode, "\\61"},     {Transform::kHtmlEntityDecode, "&lt"},
      {Transform::kSqlHexDecode, "0x41"},  {Transform::kSqlHexDecode, "0X41"},
      {Transform::kReplaceComments, "/*"}, {Transform::kRemoveComments, "--"},
      {Transform::kRemoveComments, "#"},   {Transform::kUrlDecode, "+"}};
  for (const auto& [transform, text] : samples) {
    std::string out;
    EXPECT_NE(apply(transform, text, out), text) << name_of(transform);
  }
}

TEST(TransformProperty, TheEmptyTextStaysEmptyExceptForDigestsAndLength) {
  for (const Transform transform : all_transforms()) {
    std::string out;
    EXPECT_EQ(apply(transform, "", out).empty(), !changes_the_empty_text(transform))
        << name_of(transform);
  }
}

TEST(TransformProperty, OutputIsAtMostFourTimesTheInput) {
  testing::RandomText random(2);
  for (const Transform transform : all_transforms()) {
    for (int round = 0; round < kRounds; ++round) {
      const std::string text = random.next(1 + random.pick(30));
      std::string out;
      ASSERT_LE(apply(transform, text, out).size(), 4 * text.size() + 20) << name_of(transform);
    }
  }
  const std::string two_byte_characters = "\xc3\xa9\xc3\xa9";
  std::string out;
  EXPECT_EQ(apply(Transform::kUtf8ToUnicode, two_byte_characters, out).size(), 12U);
  EXPECT_EQ(apply(Transform::kUrlEncode, "\xff", out).size(), 3U);
  EXPECT_EQ(apply(Transform::kBase64Encode, "x", out).size(), 4U);
}

TEST(TransformProperty, ABufferThatWasUsedBeforeMakesNoDifference) {
  testing::RandomText random(3);
  for (const Transform transform : all_transforms()) {
    std::string used;
    for (int round = 0; round < kRounds / 4; ++round) {
      const std::string text = random.next(random.pick(20));
      std::string fresh;
      ASSERT_EQ(apply(transform, text, used), apply(transform, text, fresh)) << name_of(transform);
    }
  }
}

TEST(TransformProperty, AChainIsTheCompositionOfItsTransforms) {
  testing::RandomText random(4);
  TransformChain::Buffers buffers;
  for (int round = 0; round < kRounds * 4; ++round) {
    std::vector<Transform> transforms;
    for (std::uint32_t i = 0, count = random.pick(6); i < count; ++i) {
      transforms.push_back(static_cast<Transform>(random.pick(kTransformCount)));
    }
    const std::string text = random.next(12);
    std::string expected = text;
    for (const Transform transform : transforms) {
      std::string out;
      expected = std::string(apply(transform, expected, out));
    }
    const TransformChain chain(transforms);
    const std::string_view result = chain.apply(text, buffers);
    ASSERT_EQ(result, expected) << chain.to_string() << " of " << text;
    ASSERT_TRUE(result != text || result.data() == text.data()) << chain.to_string();
  }
}

TEST(TransformProperty, CodecsAreInverse) {
  testing::RandomText random(5);
  const TransformChain base64({Transform::kBase64Encode, Transform::kBase64Decode});
  const TransformChain hex({Transform::kHexEncode, Transform::kHexDecode});
  const TransformChain url({Transform::kUrlEncode, Transform::kUrlDecode});
  TransformChain::Buffers buffers;
  for (int round = 0; round < kRounds; ++round) {
    const std::string text = random.next(10);
    for (const TransformChain& chain : {base64, hex, url}) {
      ASSERT_EQ(chain.apply(text, buffers), text) << chain.to_string();
    }
  }
}

TEST(TransformProperty, NormalPathsAreNormal) {
  testing::RandomText random(6);
  for (int round = 0; round < kRounds * 4; ++round) {
    std::string once_out, twice_out;
    const std::string text = random.next(12);
    for (const Transform transform : {Transform::kNormalizePath, Transform::kNormalizePathWin}) {
      const std::string once(apply(transform, text, once_out));
      ASSERT_EQ(apply(transform, once, twice_out), once) << text;
      ASSERT_EQ(once.find("//"), std::string::npos) << text;
    }
  }
}

}  // namespace
}  // namespace yagura::waf
