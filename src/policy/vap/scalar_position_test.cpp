#include "policy/vap/scalar_position.hpp"

#include <gtest/gtest.h>

#include "kube/testing.hpp"

namespace yagura::policy {
namespace {

// Where, in the text, the first occurrence of `wanted` inside the value of `e` was written.
struct Case {
  std::string_view name;
  std::string_view yaml;
  std::string_view wanted;
  std::uint32_t line;
  std::uint32_t column;
};

class ScalarPosition : public testing::TestWithParam<Case> {};

TEST_P(ScalarPosition, IsFoundInEveryStyle) {
  const kube::Document document = kube::parse_one(GetParam().yaml);
  const kube::Node& scalar = *document.root().find("e");
  const std::size_t offset = scalar.as_string().find(GetParam().wanted);
  ASSERT_NE(offset, std::string_view::npos) << scalar.as_string();
  const kube::Place place = place_in_scalar(document, scalar, offset);
  EXPECT_EQ(place.position.line, GetParam().line);
  EXPECT_EQ(place.position.column, GetParam().column);
}

INSTANTIATE_TEST_SUITE_P(
    Styles, ScalarPosition,
    testing::Values(Case{"plain", "e: object.x == 1\n", "x ==", 1, 11},
                    Case{"folded plain", "e: object.x\n  == foo\n", "foo", 2, 6},
                    Case{"double", "e: \"a == \\\"b\\\" + c\"\n", "c", 1, 18},
                    Case{"double folded", "e: \"a ==\n    bcd\"\n", "bcd", 2, 5},
                    Case{"unicode escape", "e: \"\\u00e9 + xyz\"\n", "xyz", 1, 14},
                    Case{"json surrogates", "{\"e\": \"\\ud83c\\udfef + xyz\"}", "xyz", 1, 23},
                    Case{"newline escape", "e: \"a\\n  && xyz\"\n", "xyz", 1, 13},
                    Case{"single", "e: 'a == ''b'' + c'\n", "c", 1, 18},
                    Case{"literal", "e: |\n  a ==\n    bcd\n", "bcd", 3, 5},
                    Case{"literal with indicator", "e: |2-\n   a\n   + xyz\n", "xyz", 3, 6},
                    Case{"folded block", "e: >-\n  a ==\n  bcd\n", "bcd", 3, 3},
                    Case{"bytes of one character", "e: \"'é' == xyz\"\n", "xyz", 1, 13}),
    [](const auto& test) {
      std::string name;
      for (const char c : test.param.name) name.push_back(c == ' ' ? '_' : c);
      return name;
    });

TEST(ScalarPositionEnd, IsBehindTheLastCharacter) {
  const kube::Document document = kube::parse_one("e: |\n  a ==\n");
  const kube::Node& scalar = *document.root().find("e");
  const kube::Place place = place_in_scalar(document, scalar, scalar.as_string().size());
  EXPECT_EQ(place.position.line, 2U);
  EXPECT_EQ(place.position.column, 7U);
}

TEST(ByteOffset, CountsCodePoints) {
  EXPECT_EQ(byte_offset("aé櫓x", 0), 0U);
  EXPECT_EQ(byte_offset("aé櫓x", 2), 3U);
  EXPECT_EQ(byte_offset("aé櫓x", 3), 6U);
  EXPECT_EQ(byte_offset("aé櫓x", 99), 7U);
}

}  // namespace
}  // namespace yagura::policy
