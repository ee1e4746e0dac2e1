#include "waf/match/pattern.hpp"

#include <gtest/gtest.h>

#include <string>

namespace yagura::waf {
namespace {

Pattern compiled(std::string_view text, bool caseless = false) {
  auto pattern = Pattern::compile(text, caseless);
  EXPECT_TRUE(pattern) << text;
  return std::move(*pattern);
}

bool matches(std::string_view pattern, std::string_view value) {
  return compiled(pattern).match(value, nullptr) == OperatorResult::kMatch;
}

TEST(Pattern, FillsGroupsAsViewsOfTheValue) {
  Captures captures;
  const std::string value = "id=42;";
  ASSERT_EQ(compiled("(id)=(\\d+)(x)?").match(value, &captures), OperatorResult::kMatch);
  ASSERT_GE(captures.count, 3);
  EXPECT_EQ(captures.group[0], "id=42");
  EXPECT_EQ(captures.group[2], "42");
  EXPECT_EQ(captures.group[0].data(), value.data());
}

TEST(Pattern, LetsADotMatchALineFeedAndAnchorsOnlyHoldAtTheEnds) {
  EXPECT_TRUE(matches("a.b", "a\nb"));
  EXPECT_FALSE(matches("^b", "a\nb"));
  EXPECT_FALSE(matches("a$", "a\nb"));
  EXPECT_FALSE(matches("a$", "a\n")) << "DOLLAR_ENDONLY";
}

TEST(Pattern, WorksOnBytes) {
  EXPECT_TRUE(matches("\\xff", std::string("\xff")));
  EXPECT_TRUE(matches("a\\x00b", std::string("a\0b", 3)));
  EXPECT_EQ(compiled("abc", true).match("xABCx", nullptr), OperatorResult::kMatch);
}

TEST(Pattern, SaysWhereAPatternIsWrong) {
  const auto pattern = Pattern::compile("ab(c");
  ASSERT_FALSE(pattern);
  EXPECT_NE(pattern.error().message.find("offset 4"), std::string::npos) << pattern.error().message;
}

TEST(Pattern, AnswersInLinearTimeWhereBacktrackingReachesItsLimit) {
  const std::string value(5'000, 'a');
  EXPECT_EQ(compiled("(a*)*(a*)*(a*)*b").match(value, nullptr, 1'000), OperatorResult::kNoMatch);
}

// Backtracking would take the cube of the length and PCRE2's JIT code would not count it: a test
// that does not end says so.
TEST(Pattern, AnswersForLongRunsOfBytesThatRepetitionsShare) {
  const std::string value(100'000, '\n');
  EXPECT_EQ(compiled(R"((?:\s*\s*\s*\s*x|[\n\s]*y[^a]*z))").match(value, nullptr),
            OperatorResult::kNoMatch);
  Captures captures;
  const std::string matching = value + "x";  // captures are views of it
  EXPECT_EQ(compiled(R"(\s*(\s*x)\s*)").match(matching, &captures), OperatorResult::kMatch);
  EXPECT_EQ(captures.group[1], "x");
  EXPECT_EQ(compiled(R"((?=\s*\s*\s*\s*x)\s)").match(value, nullptr), OperatorResult::kNotEvaluated)
      << "lookarounds are PCRE2's alone: its steps are counted";
}

TEST(Pattern, MeansTheSameForShortAndLongValues) {
  const Pattern pattern = compiled(R"((?i)sel\s*ect\s*(\w*)\s*from)");
  for (const std::size_t length : {0, 10, 100, 1000, 100'000}) {
    const std::string value =
        std::string(length, ' ') + "SELECT\vname from x" + std::string(length, 'y');
    Captures captures;
    ASSERT_EQ(pattern.match(value, &captures), OperatorResult::kMatch) << length;
    EXPECT_EQ(captures.group[0], "SELECT\vname from");
    EXPECT_EQ(captures.group[1], "name");
  }
}

TEST(Pattern, SaysThatItGaveUpWhereOnlyBacktrackingKnowsThePattern) {
  const std::string value(5'000, 'a');
  EXPECT_EQ(compiled("^(a+)+\\1[xy]$").match(value + "c", nullptr, 1'000),
            OperatorResult::kNotEvaluated);
}

TEST(Pattern, SaysWhetherItsTimeIsLinear) {
  EXPECT_TRUE(Pattern::compile("^a+$")->is_linear());
  EXPECT_FALSE(Pattern::compile("(?<!a)b")->is_linear());
  EXPECT_FALSE(Pattern::compile("(a)\\1")->is_linear());
}

}  // namespace
}  // namespace yagura::waf
