#include "waf/seclang/directives.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "waf/seclang/ascii.hpp"
#include "waf/seclang/nearest.hpp"

namespace yagura::waf::seclang {
namespace {

TEST(Directives, AreSortedSoThatEachIsFound) {
  for (const DirectiveInfo& each : directives()) {
    EXPECT_EQ(find_directive(each.name), &each) << each.name;
    EXPECT_EQ(find_directive(lower(each.name)), &each) << each.name;
  }
  EXPECT_EQ(find_directive("SecRul"), nullptr);
  EXPECT_EQ(find_directive(""), nullptr);
}

TEST(Directives, ThatDoNotWorkSayWhy) {
  for (const DirectiveInfo& each : directives()) {
    const bool needs_reason = each.use == DirectiveUse::kRefused ||
                              each.use == DirectiveUse::kMeaningless ||
                              each.use == DirectiveUse::kUnsafeOn;
    EXPECT_EQ(!each.reason.empty(), needs_reason) << each.name;
    EXPECT_EQ(!each.choices.empty(), each.argument == ArgumentKind::kChoice) << each.name;
    EXPECT_LE(each.min_arguments, each.max_arguments) << each.name;
  }
}

TEST(NearestName, IsTheOneWithFewestEdits) {
  constexpr std::string_view kNames[] = {"SecRule", "SecRuleEngine", "SecAction"};
  EXPECT_EQ(nearest_name("secrul", kNames), "SecRule");
  EXPECT_EQ(nearest_name("SceRuleEngine", kNames), "SecRuleEngine");
  EXPECT_EQ(nearest_name("SecActoin", kNames), "SecAction");
  EXPECT_EQ(nearest_name("Elephant", kNames), "");
  EXPECT_EQ(nearest_name("", kNames), "");
  EXPECT_EQ(nearest_name(std::string(100'000, 'a'), kNames), "");
  EXPECT_EQ(nearest_hint("SecRul", kNames), "did you mean SecRule?");
}

TEST(NearestName, DiffersByAThirdOfTheLettersAtMost) {
  constexpr std::string_view kNames[] = {"abcdefghi", "id"};
  EXPECT_EQ(nearest_name("abcdefghi", kNames), "abcdefghi");
  EXPECT_EQ(nearest_name("xbcxefghx", kNames), "abcdefghi");  // three of nine
  EXPECT_EQ(nearest_name("xbcxefxhx", kNames), "");           // four
  EXPECT_EQ(nearest_name("badcfeghi", kNames), "abcdefghi");  // three swaps
  EXPECT_EQ(nearest_name("bcdefghia", kNames), "abcdefghi");  // one end cut, one put on
  EXPECT_EQ(nearest_name("abcdef", kNames), "");              // a third of six is two
  EXPECT_EQ(nearest_name("ABCDEFG", kNames), "abcdefghi");
  EXPECT_EQ(nearest_name("abcdefghijkl", kNames), "abcdefghi");
  EXPECT_EQ(nearest_name("di", kNames), "id");
  EXPECT_EQ(nearest_name("ix", kNames), "id");
  EXPECT_EQ(nearest_name("xy", kNames), "");
}

}  // namespace
}  // namespace yagura::waf::seclang
