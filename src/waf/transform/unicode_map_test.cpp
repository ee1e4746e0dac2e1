#include "waf/transform/unicode_map.hpp"

#include <gtest/gtest.h>

#include "waf/transform/transform.hpp"

namespace yagura::waf {
namespace {

constexpr std::string_view kTables =
    "# for tests\n"
    "(Page without a number)\n0100:7a\n"
    "700 (Seven hundred, 701)\n0100:41 0101:62\r\n0102:e9\n"
    "701\n0100:43\n"
    "702 0100:44 0101:45\n";

UnicodeMap map_of(std::uint32_t page) { return UnicodeMap::parse(kTables, page).value(); }

TEST(UnicodeMap, KnowsTheTableOfItsPageAlone) {
  EXPECT_EQ(map_of(700).byte_of(0x100), 'A');
  EXPECT_EQ(map_of(700).byte_of(0x101), 'b');
  EXPECT_EQ(map_of(700).byte_of(0x102), '\xe9');
  EXPECT_EQ(map_of(701).byte_of(0x100), 'C');
  EXPECT_EQ(map_of(701).byte_of(0x101), std::nullopt);
  EXPECT_EQ(map_of(702).byte_of(0x101), 'E');
}

TEST(UnicodeMap, SaysWhatIsWrongWithAFile) {
  EXPECT_EQ(UnicodeMap::parse(kTables, 703).error().code, ErrorCode::kNotFound);
  for (const std::string_view wrong : {"700\n0100", "700\n0100:", "700\n10000:41", "700\n0100:141",
                                       "700\nxyz:41", "700\n0100:41,0101:42"}) {
    const auto map = UnicodeMap::parse(wrong, 700);
    if (wrong == "700\n0100") {  // a number: the page 100
      EXPECT_TRUE(map);
      continue;
    }
    ASSERT_FALSE(map) << wrong;
    EXPECT_EQ(map.error().code, ErrorCode::kInvalidInput) << wrong;
  }
}

std::string decoded(Transform transform, std::string_view text, const UnicodeMap* map) {
  std::string out;
  return std::string(apply(transform, text, out, map));
}

TEST(UnicodeMap, DecidesWhatUrlDecodeUniMakesOfACodeUnit) {
  const UnicodeMap map = map_of(700);
  EXPECT_EQ(decoded(Transform::kUrlDecodeUni, "%u0100+%U0101%41%uff1c", &map), "A bA<");
  EXPECT_EQ(decoded(Transform::kUrlDecodeUni, "%u0110", &map), "\x10");  // not in the table
  EXPECT_EQ(decoded(Transform::kUrlDecodeUni, "%u0142", nullptr), "B");
  EXPECT_EQ(decoded(Transform::kUrlDecodeUni, "%u0101", nullptr), "\x01");
}

TEST(UnicodeMap, IsOfNoConcernToOtherTransformations) {
  const UnicodeMap map = map_of(700);
  EXPECT_EQ(decoded(Transform::kUrlDecode, "%u0100", &map), "%u0100");
  EXPECT_EQ(decoded(Transform::kJsDecode, "\\u0100", &map), std::string_view("\0", 1));
}

TEST(UnicodeMap, IsUsedByChains) {
  const UnicodeMap map = map_of(700);
  const TransformChain chain({Transform::kUrlDecodeUni, Transform::kLowercase});
  TransformChain::Buffers buffers;
  EXPECT_EQ(chain.apply("%u0100B", buffers, &map), "ab");
}

}  // namespace
}  // namespace yagura::waf
