#define PCRE2_CODE_UNIT_WIDTH 8
#include "waf/match/internal/linear_syntax.hpp"

#include <gtest/gtest.h>
#include <pcre2.h>
#include <re2/re2.h>

#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "waf/match/pattern.hpp"
#include "waf/match/testing/own_patterns.hpp"
#include "waf/match/testing/random_match.hpp"
#include "waf/match/testing/rule_patterns.hpp"

namespace yagura::waf::regex {
namespace {

std::string linear(std::string_view text, bool caseless = false) {
  return linear_syntax(text, caseless).value_or("(none)");
}

TEST(LinearSyntax, WritesClassesOutThatDiffer) {
  EXPECT_EQ(linear(R"(a\sb\Sc)"), R"(a[\t-\r ]b[\x00-\x08\x0e-\x1f!-\xff]c)");
  EXPECT_EQ(linear(R"([\s\d])"), R"([\t-\r \d])");
  EXPECT_EQ(linear(R"([\s\S])"), R"([\t-\r \x00-\x08\x0e-\x1f!-\xff])");
  EXPECT_EQ(linear(R"(\v\h)"), R"([\n-\r\x85][\t \xa0])");
}

TEST(LinearSyntax, LeavesTheRestAlone) {
  EXPECT_EQ(linear(R"(^(?i:ab|c)\.[^]\s]*)"), R"(^(?i:ab|c)\.[^]\t-\r ]*)");
  for (const std::string_view text :
       {R"([[:space:]a])", R"(\\s)", R"(\Qa\sb\E)", R"(a{2,3}?)", R"([a\]b])"}) {
    EXPECT_EQ(linear(text), text);
  }
}

TEST(LinearSyntax, IsNotThereForHighLettersWithoutCase) {
  EXPECT_EQ(linear(R"(\xe9)"), R"(\xe9)");
  EXPECT_EQ(linear(R"(\xe9)", true), "(none)");
  EXPECT_EQ(linear("(?i)\xe9"), "(none)");
  EXPECT_EQ(linear(R"((?i)[\x{80}-\x{ff}])"), "(none)");
  EXPECT_EQ(linear(R"((?i)\x41)"), R"((?i)\x41)");
}

TEST(LinearSyntax, WritesRepetitionsWithoutZerosInFront) {
  EXPECT_EQ(linear("a{00,}b{01,02}?c{000}"), "a{0,}b{1,2}?c{0}");
  for (const std::string_view text :
       {"a{,05}", "a{x}", "a{", "a{01", "a{01,", R"(a\{01})", "[{01}]"}) {
    EXPECT_EQ(linear(text), text);
  }
}

TEST(LinearSyntax, IsNotThereWhereTheEnginesDiffer) {
  for (const std::string_view text : {R"((?m)^$)", R"((?sm:^a))", R"((a)\1)", R"(\12)", R"([\351])",
                                      R"(\pL)", R"([\P{Lu}])", "(?si)\xe9", "(?-i:a)\xe9"}) {
    EXPECT_EQ(linear(text), "(none)") << text;
  }
  for (const std::string_view text : {"(?m)a$", R"(\01)", "(?s)\xe9", "(?<in>)\xe9"}) {
    EXPECT_EQ(linear(text), text);
  }
}

TEST(LongestBacktrackingValue, ShrinksWithTheRepetitions) {
  const auto longest = [](std::string_view text) {
    return longest_backtracking_value(parse(text, false));
  };
  constexpr std::size_t kAny = std::numeric_limits<std::size_t>::max();
  EXPECT_EQ(longest("abc|a?d{3}"), kAny);
  EXPECT_EQ(longest("^a*b"), kAny);
  EXPECT_EQ(longest("a*b"), 512U);
  EXPECT_EQ(longest("^a*b*c"), 512U);
  EXPECT_EQ(longest("(?:a*b|c*d*e)"), 128U);
  EXPECT_EQ(longest("a{1,50}b*c"), 128U);
  EXPECT_EQ(longest("(?:a*b)*c"), 64U);
  EXPECT_EQ(longest("a*b*c*d*e"), 64U);
}

// PCRE2's interpreter, which counts its steps.
class Reference {
 public:
  explicit Reference(const std::string& text) {
    int code = 0;
    PCRE2_SIZE offset = 0;
    code_ = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(),
                          PCRE2_DOTALL | PCRE2_DOLLAR_ENDONLY, &code, &offset, nullptr);
    data_ = pcre2_match_data_create(1, nullptr);
    context_ = pcre2_match_context_create(nullptr);
    pcre2_set_match_limit(context_, 200'000);
  }
  Reference(const Reference&) = delete;
  Reference& operator=(const Reference&) = delete;
  ~Reference() {
    pcre2_match_context_free(context_);
    pcre2_match_data_free(data_);
    pcre2_code_free(code_);
  }
  // Negative: not known.
  [[nodiscard]] int match(const std::string& value) const {
    const int groups = pcre2_match(code_, reinterpret_cast<PCRE2_SPTR>(value.data()), value.size(),
                                   0, 0, data_, context_);
    return groups >= 0 ? 1 : groups == PCRE2_ERROR_NOMATCH ? 0 : -1;
  }
  [[nodiscard]] std::string matched(const std::string& value) const {
    const PCRE2_SIZE* bounds = pcre2_get_ovector_pointer(data_);
    return value.substr(bounds[0], bounds[1] - bounds[0]);
  }

 private:
  pcre2_code* code_ = nullptr;
  pcre2_match_data* data_ = nullptr;
  pcre2_match_context* context_ = nullptr;
};

struct Tally {
  int patterns = 0, known = 0, matches = 0;
};

void compare(const std::string& text, Tally& tally) {
  ++tally.patterns;
  const auto translated = linear_syntax(text, false);
  if (!translated) return;
  RE2::Options options;
  options.set_encoding(RE2::Options::EncodingLatin1);
  options.set_dot_nl(true);
  options.set_log_errors(false);
  const RE2 engine(*translated, options);
  if (!engine.ok()) return;
  ++tally.known;
  const Reference reference(text);
  const Node tree = parse(text, false);
  testing::Random random(static_cast<unsigned>(text.size()) + 1);
  for (int i = 0; i < 40; ++i) {
    std::string value = testing::random_match(tree, random);
    if (i % 2 == 1) value = testing::mutated(value, random);
    const int expected = reference.match(value);
    if (expected < 0) continue;
    re2::StringPiece group;
    const bool found = engine.Match(value, 0, value.size(), RE2::UNANCHORED, &group, 1);
    ASSERT_EQ(found, expected == 1) << text << "\non " << ::testing::PrintToString(value);
    if (!found) continue;
    ++tally.matches;
    EXPECT_EQ(std::string(group), reference.matched(value))
        << text << "\non " << ::testing::PrintToString(value);
  }
}

TEST(LinearSyntax, MeansWhatPcreMeans) {
  Tally tally;
  for (const auto& pattern : testing::kOwnPatterns) compare(std::string(pattern), tally);
  EXPECT_GT(tally.known, 10);
  EXPECT_GT(tally.matches, 100);
}

TEST(LinearSyntax, MeansWhatPcreMeansForTheRulesOfCrs) {
  const auto folder = testing::corpora_folder();
  if (!folder) GTEST_SKIP() << "skipped: no corpora";
  Tally tally;
  for (const testing::RulePattern& rule : testing::rule_patterns(*folder / "crs" / "rules")) {
    if (!rule.regex.empty()) compare(rule.regex, tally);
  }
  EXPECT_GT(tally.patterns, 300);
  EXPECT_GT(tally.known * 100, tally.patterns * 95) << "few rules may be left to the interpreter";
  EXPECT_GT(tally.matches, 1000);
}

TEST(LinearSyntax, HidesHighLettersFromTheFactoringOfBranches) {
  EXPECT_EQ(linear(R"(\xffa|\x{fe}*b)"), R"((?:\xff{1})a|(?:\x{fe}{1})*b)");
  EXPECT_EQ(linear("\xff|[^\xfe]{2}|[a]"), "(?:\xff{1})|(?:[^\xfe]{1}){2}|[a]");
  for (const std::string& text :
       {std::string("ab\xff(?:1|\xff)|ab\xff*2"), std::string("[\xff]1|[\xff]2"),
        std::string(R"(\xe2\x80a|\xe2\x80[\xe9]2|\x{e2}\x80c)"),
        std::string(R"([^\x00-\xfe]1|\xff2)")}) {
    Tally tally;
    compare(text, tally);
    EXPECT_EQ(tally.known, 1) << text;
    EXPECT_GE(tally.matches, 10) << text;
  }
}

}  // namespace
}  // namespace yagura::waf::regex
