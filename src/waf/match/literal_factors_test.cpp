#include "waf/match/internal/literal_factors.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>

#include "waf/match/pattern.hpp"

namespace yagura::waf::regex {
namespace {

bool holds(const Literal& literal, std::string_view text) {
  if (text.size() < literal.bytes.size()) return false;
  for (std::size_t at = 0; at + literal.bytes.size() <= text.size(); ++at) {
    std::size_t i = 0;
    while (i < literal.bytes.size() &&
           literal.bytes[i].contains(static_cast<unsigned char>(text[at + i]))) {
      ++i;
    }
    if (i == literal.bytes.size()) return true;
  }
  return false;
}

std::optional<std::vector<Literal>> factors(std::string_view pattern) {
  return literal_factors(parse(pattern, false));
}

TEST(LiteralFactors, FindTheRarestWordOfASequence) {
  const auto found = factors("(?i)\\bon\\b.*information_schema\\s*\\(");
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 1U);
  EXPECT_TRUE(holds(found->front(), "INFORMATION_SCHEMA"));
}

TEST(LiteralFactors, TakeAWordOfEachBranch) {
  const auto found = factors("union\\s+select|drop\\s+table|x(?:p_cmdshell|_reg)");
  ASSERT_TRUE(found);
  EXPECT_GE(found->size(), 3U);
}

TEST(LiteralFactors, AreNoneWhereABranchHasNoWord) {
  EXPECT_FALSE(factors("select|[0-9]+"));
  EXPECT_FALSE(factors("(?:select)?"));
  EXPECT_FALSE(factors("(?:select)*[a-z]"));
  EXPECT_FALSE(factors("."));
  EXPECT_FALSE(factors("'"));
  EXPECT_FALSE(factors(""));
}

TEST(LiteralFactors, TakeARepetitionThatCannotBeEmpty) { EXPECT_TRUE(factors("(?:\\.\\./){2,}")); }

// Whatever PCRE2 matches holds one of the words.
TEST(LiteralFactors, AreInEveryMatch) {
  const std::vector<std::string> patterns = {
      "(?i)a(?:b|cd)+e?f",        "ab?c?d",         "(?:ab|c[de])f{1,2}", "x(?:yz|zy)*ab",
      "(?i)un(?:ion|it).{0,3}ab", "a[bc]{2}d|efg+", "\\bab\\b|cd$",       "^fa[abc]b",
      "(a|b)(c|d)(e|f)(a|b)"};
  std::mt19937 random(11);
  for (const std::string& text : patterns) {
    const auto literals = factors(text);
    if (!literals) continue;
    auto pattern = Pattern::compile(text);
    ASSERT_TRUE(pattern);
    int matches = 0;
    for (int round = 0; round < 20'000; ++round) {
      std::string value;
      static constexpr std::array kPieces = {"ab", "cd", "f", "e", "un", "ion", "it", "yz", "zy",
                                             "x",  "a",  "b", "c", "d",  "fa",  " ",  "B"};
      for (std::size_t i = random() % 8; i > 0; --i) value += kPieces[random() % kPieces.size()];
      if (pattern->match(value, nullptr) != OperatorResult::kMatch) continue;
      ++matches;
      EXPECT_TRUE(std::ranges::any_of(
          *literals, [&](const Literal& literal) { return holds(literal, value); }))
          << text << " on " << value;
    }
    EXPECT_GT(matches, 0) << text;
  }
}

}  // namespace
}  // namespace yagura::waf::regex
