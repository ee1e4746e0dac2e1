#include "image/packages/tree/tree.hpp"

#include <gtest/gtest.h>

namespace yagura::image {
namespace {

TEST(PackageTree, ReadsJsonWithAByteOrderMark) {
  const auto tree = read_json_tree("\xef\xbb\xbf{\"name\": \"a\", \"dev\": true}");
  ASSERT_TRUE(tree);
  EXPECT_EQ(text_member(tree->root(), "name"), "a");
  EXPECT_TRUE(true_member(tree->root(), "dev"));
  EXPECT_EQ(text_member(tree->root(), "version"), "");
  EXPECT_TRUE(members_of(tree->root().find("nothing")).empty());
}

TEST(PackageTree, TheLastOfTwoKeysCounts) {
  const auto tree = read_json_tree(R"({"a": "1", "a": "2"})");
  ASSERT_TRUE(tree);
  EXPECT_EQ(text_member(tree->root(), "a"), "2");
}

TEST(PackageTree, SaysWhatIsWrongAndWhere) {
  const auto tree = read_json_tree("{\n  \"a\": }");
  ASSERT_FALSE(tree);
  EXPECT_TRUE(tree.error().message.starts_with("no JSON: 2:8: ")) << tree.error().message;
  EXPECT_FALSE(read_json_tree(""));
  EXPECT_FALSE(read_yaml_tree(""));
  EXPECT_FALSE(read_yaml_tree("a: [b"));
}

TEST(PackageTree, IsBounded) {
  EXPECT_FALSE(read_json_tree(std::string(100'000, '[')));
  EXPECT_FALSE(read_json_tree(std::string(kMaxTreeBytes + 1, ' ')));
  EXPECT_FALSE(read_yaml_tree(std::string(kMaxTreeBytes + 1, ' ')));
  std::string many = "[";
  for (std::size_t i = 0; i < kMaxTreeNodes; ++i) many += "0,";
  EXPECT_FALSE(read_json_tree(many + "0]"));
}

TEST(PackageTree, RelaxedJsonHasCommentsAndCommas) {
  const auto tree = read_relaxed_json_tree(
      "// first\n{ \"a\": [1, 2, /* x, ] */ ], // }\n \"b\": \"//,]\\\"\", }\n");
  ASSERT_TRUE(tree);
  EXPECT_EQ(tree->root().list("a").size(), 2U);
  EXPECT_EQ(text_member(tree->root(), "b"), "//,]\"");
  EXPECT_EQ(strict_json("[,]/*").size(), 5U);
  EXPECT_FALSE(read_relaxed_json_tree("[1,,]"));
}

}  // namespace
}  // namespace yagura::image
