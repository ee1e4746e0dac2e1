#include "kube/patch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "kube/edit/edit_cases.hpp"
#include "kube/node_json.hpp"
#include "kube/testing.hpp"

namespace yagura::kube {
namespace {

using testing::HasSubstr;

// The object after the fixes, as JSON; or the error.
std::string patched(std::string_view yaml, std::string_view steps) {
  const Document document = parse_one(yaml);
  core::Arena arena;
  std::vector<model::PatchOperation> operations;
  for (const auto& fix : edit_test::parse_fixes(steps)) {
    operations.insert(operations.end(), fix.operations.begin(), fix.operations.end());
  }
  const auto result = apply_patch(document.root(), operations, arena);
  return result ? to_json(**result) : result.error().message;
}

TEST(Patch, SetsReplacesAppendsAndRemoves) {
  EXPECT_EQ(patched("{a: {b: 1, c: 2}, d: [x]}",
                    "set /a/b true\nset /a/e/f \"g\"\nappend /d \"y\"\nremove /a/c"),
            R"({"a":{"b":true,"e":{"f":"g"}},"d":["x","y"]})");
}

TEST(Patch, TakesANullAsMissing) {
  EXPECT_EQ(patched("{a: null, b: ~}", "set /a/x 1\nappend /b 2"), R"({"a":{"x":1},"b":[2]})");
}

TEST(Patch, KeepsANullThatNothingIsMadeOf) {
  EXPECT_EQ(patched("{a: null}", "remove /a/x"), R"({"a":null})");
}

TEST(Patch, CountsItemsAsTheyWereRead) {
  EXPECT_EQ(patched("l: [a, b, c, d]", "remove /l/0\nset /l/1 \"B\"\nremove /l/3\nappend /l \"e\""),
            R"({"l":["B","c","e"]})");
}

TEST(Patch, AppendsNoItemTwice) {
  EXPECT_EQ(patched("l: [{a: 1}]", "append /l {\"a\": 1}\nappend /l 2\nappend /l 2"),
            R"({"l":[{"a":1},2]})");
}

TEST(Patch, SharesNothingHalfDoneWhenItFails) {
  const Document document = parse_one("{a: 1, b: {c: 1}}");
  core::Arena arena;
  const std::vector<model::PatchOperation> operations = {
      {.kind = model::PatchOperation::Kind::kSet, .path = "/b/c", .value = "2"},
      {.kind = model::PatchOperation::Kind::kSet, .path = "/a/b", .value = "2"}};
  EXPECT_FALSE(apply_patch(document.root(), operations, arena).has_value());
  EXPECT_EQ(to_json(document.root()), R"({"a":1,"b":{"c":1}})");
}

TEST(Patch, HasLimits) {
  const PatchLimits limits{.max_segments = 3, .max_value_depth = 4, .max_value_size = 20};
  core::Arena arena;
  EXPECT_TRUE(parse_pointer("/a/b/c", limits).has_value());
  EXPECT_EQ(parse_pointer("/a/b/c/d", limits).error().code, ErrorCode::kLimitExceeded);
  EXPECT_TRUE(parse_json_value("[[[1]]]", arena, limits).has_value());
  EXPECT_FALSE(parse_json_value("[[[[[1]]]]]", arena, limits).has_value());
  EXPECT_EQ(parse_json_value("\"aaaaaaaaaaaaaaaaaaaaaaa\"", arena, limits).error().code,
            ErrorCode::kLimitExceeded);
  EXPECT_THAT(parse_json_value("1 2", arena).error().message, HasSubstr("one value"));
}

TEST(Patch, CutsAndWritesPointers) {
  EXPECT_THAT(*parse_pointer("/a~1b/~0c//0"), testing::ElementsAre("a/b", "~c", "", "0"));
  EXPECT_EQ(to_pointer(std::vector<std::string_view>{"a/b", "~c", "", "0"}), "/a~1b/~0c//0");
  std::size_t index = 0;
  EXPECT_TRUE(is_list_index("12", index));
  EXPECT_EQ(index, 12U);
  for (const auto* no : {"", "01", "-", "1a", "9999999999"})
    EXPECT_FALSE(is_list_index(no, index)) << no;
}

}  // namespace
}  // namespace yagura::kube
