#include "waf/match/internal/regex_tree.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "waf/match/internal/regex_superset.hpp"
#include "waf/match/pattern.hpp"
#include "waf/match/testing/own_patterns.hpp"
#include "waf/match/testing/random_match.hpp"
#include "waf/match/testing/rule_patterns.hpp"

namespace yagura::waf::regex {
namespace {

ByteCondition condition(std::string_view text, bool caseless = false) {
  return condition_of(parse(text, caseless));
}

TEST(RegexCondition, AsksForTheRarestBytesOfAPattern) {
  const ByteCondition script = condition("(?i)<script[^>]*>");
  ASSERT_GE(script.one_of.size(), 2U);
  EXPECT_EQ(script.one_of[0], ByteSet::of("<"));
  EXPECT_EQ(script.one_of[1], ByteSet::of(">"));
  EXPECT_EQ(script.min_length, 8U);
}

TEST(RegexCondition, UnitesWhatBranchesNeed) {
  EXPECT_EQ(condition("\"a\"|'b'").one_of.front(), ByteSet::of("\"'"));
  EXPECT_TRUE(condition("a|b*").one_of.empty());
}

TEST(RegexCondition, AsksForNothingWhereThePatternMayBeAnything) {
  for (const std::string_view text : {"^$", ".*", "(?R)?", "(*UTF8)a", "(?xx)a b", "(a)|\\1"}) {
    EXPECT_TRUE(condition(text).one_of.empty()) << text;
    EXPECT_EQ(condition(text).min_length, 0U) << text;
  }
}

TEST(RegexTree, ReadsTheWholeSyntaxWithoutGivingUp) {
  for (const std::string_view text : testing::kOwnPatterns) {
    ASSERT_TRUE(Pattern::compile(text)) << text;
    const bool any =
        min_length(parse(text, false)) == 0 && text.size() > 5 && condition(text).one_of.empty();
    EXPECT_FALSE(any) << text;
  }
}

TEST(RegexTree, StopsAtDeepNesting) {
  const std::string deep = std::string(100'000, '(') + "a" + std::string(100'000, ')');
  EXPECT_EQ(min_length(parse(deep, false)), 0U);
  std::string quantified = "a";
  for (int i = 0; i < 100'000; ++i) quantified += "{2}";
  EXPECT_EQ(min_length(parse(quantified, false)), 0U);
}

// PCRE2 refuses most of these; none may be read past its end.
TEST(RegexTree, ReadsPatternsThatEndTooEarly) {
  const std::string_view whole =
      R"(a(?=\c)(?(1)b|c)[\c-\p](?i-x:\pL)\x{41}\g{1}\Qb\E[[:alpha:]]{1,2})";
  for (const std::string_view before : {"", "(", "(?=", "[", "[a-", "(?:", "x|"}) {
    for (const std::string_view end :
         {"\\c", "\\p", "\\P",  "\\",  "\\x", "\\x{", "\\0", "\\g", "\\k<",
          "\\Q", "[",   "[^",   "[a-", "[[:", "(?",   "(?<", "(?P", "(?(",
          "(*",  "a{",  "a{1,", "\\N", "(?#", "(?C",  "(?i"}) {
      for (const bool caseless : {false, true}) {
        EXPECT_LE(min_length(parse(std::string(before).append(end), caseless)), 4U)
            << before << end;
      }
    }
  }
  for (std::size_t length = 0; length <= whole.size(); ++length) {
    EXPECT_LE(min_length(parse(whole.substr(0, length), false)), length);
  }
}

// One pattern against texts that are made for it.
class Examination {
 public:
  Examination(std::string_view text, const Pattern& pattern)
      : text_(text), pattern_(pattern), tree_(parse(text, false)) {
    for (const ByteSet& alphabet : alphabets()) {
      const Node core = core_of(tree_, alphabet);
      Core& made = cores_.emplace_back();
      made.alphabet = alphabet;
      made.never = is_nothing(core);
      if (made.never || core.kind == Kind::kEmpty) continue;
      auto compiled = Pattern::compile(to_expression(core));
      EXPECT_TRUE(compiled) << text << " became " << to_expression(core);
      if (compiled) made.pattern.emplace(std::move(*compiled));
    }
  }

  // Returns whether the pattern matched.
  bool check(const std::string& value) {
    if (pattern_.match(value, nullptr) != OperatorResult::kMatch) return false;
    const ByteSet present = bytes_in(value);
    EXPECT_TRUE(condition_of(tree_).may_match(present, value.size())) << text_ << " on " << value;
    if (value.empty()) return true;
    const std::string buffer = "\n" + value + "\n";
    for (const Core& core : cores_) {
      if (!present.is_subset_of(core.alphabet)) continue;
      EXPECT_FALSE(core.never) << text_ << " on " << value;
      if (!core.pattern) continue;
      EXPECT_NE(core.pattern->match(buffer, nullptr), OperatorResult::kNoMatch)
          << text_ << " became " << core.pattern->text() << ", on " << value;
    }
    return true;
  }

  [[nodiscard]] const Node& tree() const { return tree_; }

 private:
  struct Core {
    ByteSet alphabet;
    bool never = false;
    std::optional<Pattern> pattern;
  };

  static std::vector<ByteSet> alphabets() {
    const ByteSet word = ByteSet::range('a', 'z') | ByteSet::range('A', 'Z') |
                         ByteSet::range('0', '9') | ByteSet::of(" _-.");
    return {ByteSet::all(), word, word | ByteSet::of("/:=&?'\"()<>")};
  }

  std::string text_;
  const Pattern& pattern_;
  Node tree_;
  std::vector<Core> cores_;
};

int matches_of(std::string_view text, int rounds) {
  auto pattern = Pattern::compile(text);
  if (!pattern) return 0;
  Examination examination(text, *pattern);
  testing::Random random(7);
  int matches = 0;
  for (int round = 0; round < rounds; ++round) {
    std::string value = testing::random_match(examination.tree(), random);
    if (random() % 3 == 0) value = "k v " + value + ".x";
    if (random() % 3 == 0) value = testing::mutated(std::move(value), random);
    if (examination.check(value)) ++matches;
  }
  return matches;
}

TEST(RegexSuperset, HoldsWhereverPcre2MatchesOwnPatterns) {
  for (const std::string_view text : testing::kOwnPatterns) {
    matches_of(text, 300);
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_GT(matches_of("union.*?select.*?from", 300), 200);
}

TEST(RegexSuperset, HoldsWhereverPcre2MatchesTheCoreRuleSet) {
  const auto corpora = testing::corpora_folder();
  if (!corpora) GTEST_SKIP() << "skipped: no corpora";
  int matches = 0;
  for (const auto& rule : testing::rule_patterns(*corpora / "crs/rules")) {
    if (rule.regex.empty()) continue;
    matches += matches_of(rule.regex, 40);
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_GT(matches, 4000);
}

}  // namespace
}  // namespace yagura::waf::regex
