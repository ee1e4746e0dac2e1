// condition() and scan_pattern() are necessary for a match, whatever the value is: a false "no" of
// the first stage would be a hole.

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "waf/match/pattern.hpp"
#include "waf/match/phrase_set.hpp"
#include "waf/operator/testing/ask.hpp"

namespace yagura::waf {
namespace {

struct Question {
  std::string_view name, argument;
};

const std::vector<Question> kQuestions = {{"contains", "a.b"},
                                          {"containsWord", "ab"},
                                          {"streq", "ab"},
                                          {"streq", ""},
                                          {"strmatch", "b1"},
                                          {"beginsWith", "a*"},
                                          {"endsWith", "\\E1"},
                                          {"within", "ab1"},
                                          {"eq", "1"},
                                          {"eq", "0"},
                                          {"eq", "-1"},
                                          {"ge", "1"},
                                          {"ge", "0"},
                                          {"gt", "0"},
                                          {"gt", "-2"},
                                          {"le", "-1"},
                                          {"le", "0"},
                                          {"lt", "0"},
                                          {"lt", "1"},
                                          {"lt", "-1"},
                                          {"ipMatch", "1.1.1.1,::/0"},
                                          {"rx", "a+[.]?b|1{2}$"},
                                          {"rxGlobal", "^(?i)B"},
                                          {"pm", "a.b 1- \\e"},
                                          {"validateByteRange", "32-126"},
                                          {"validateUrlEncoding", ""},
                                          {"validateUtf8Encoding", ""},
                                          {"verifyCC", "[0-9]{2,3}"},
                                          {"unconditionalMatch", ""},
                                          {"noMatch", ""}};

std::string random_value(std::mt19937& random) {
  constexpr std::string_view kAlphabet = "aabbB11..-+*\\E %:\n\xe3\x81\x82\xff";
  std::string value;
  for (std::size_t i = 0, size = random() % 8; i < size; ++i) {
    value += kAlphabet[random() % kAlphabet.size()];
  }
  return value;
}

bool scan_finds(const ScanPattern& pattern, std::string_view value) {
  if (pattern.phrases.empty()) {
    const auto compiled = Pattern::compile(pattern.regex, pattern.caseless);
    EXPECT_TRUE(compiled.has_value()) << pattern.regex;
    return compiled->match(value, nullptr) == OperatorResult::kMatch;
  }
  // PhraseSet looks for letters in any case: a superset, so compare exactly where that matters.
  if (pattern.caseless) return PhraseSet(pattern.phrases).find(value).has_value();
  return std::ranges::any_of(pattern.phrases, [value](const std::string& phrase) {
    return value.find(phrase) != std::string_view::npos;
  });
}

TEST(OperatorCondition, HoldsForEveryValueThatMatches) {
  std::mt19937 random(1);
  int matches = 0;
  for (const Question& question : kQuestions) {
    const auto op = testing::make(question.name, question.argument);
    ASSERT_NE(op, nullptr);
    const ByteCondition condition = op->condition();
    const auto scan = op->scan_pattern();
    for (int round = 0; round < 2000; ++round) {
      const std::string value = random_value(random);
      if (!testing::ask(*op, value).is_match()) continue;
      ++matches;
      ASSERT_TRUE(condition.may_match(bytes_in(value), value.size()))
          << '@' << question.name << ' ' << question.argument << " of " << value;
      ASSERT_TRUE(!scan || scan_finds(*scan, value)) << '@' << question.name << " of " << value;
    }
  }
  EXPECT_GT(matches, 2000);
}

TEST(OperatorCondition, RejectsValuesThatCannotMatch) {
  const std::vector<std::tuple<std::string_view, std::string_view, std::string_view>> cases = {
      {"contains", "union", "onion"},
      {"streq", "GET", "GE"},
      {"gt", "0", "no digits"},
      {"lt", "0", "123"},
      {"eq", "1", "abc"},
      {"validateUrlEncoding", "", "plain"},
      {"validateUtf8Encoding", "", "plain"},
      {"validateByteRange", "32-126", "plain"},
      {"ipMatch", "10.0.0.1", "localhost"},
      {"noMatch", "", "anything"},
      {"pm", "select", "zzz"}};
  for (const auto& [name, argument, value] : cases) {
    EXPECT_FALSE(
        testing::make(name, argument)->condition().may_match(bytes_in(value), value.size()))
        << name;
  }
}

TEST(OperatorScanPattern, IsThereForWhateverTheFirstStageCanSearch) {
  for (const auto& [name, argument] :
       std::vector<std::pair<std::string_view, std::string_view>>{{"rx", "a"},
                                                                  {"pm", "a"},
                                                                  {"contains", "a"},
                                                                  {"streq", "a"},
                                                                  {"beginsWith", "a"},
                                                                  {"endsWith", "a"},
                                                                  {"containsWord", "a"},
                                                                  {"strmatch", "a"},
                                                                  {"verifyCC", "a"}}) {
    EXPECT_TRUE(testing::make(name, argument)->scan_pattern().has_value()) << name;
  }
  EXPECT_EQ(testing::make("streq", "a.b")->scan_pattern()->regex, "^a\\x2eb$");
  EXPECT_FALSE(testing::make("contains", "")->scan_pattern().has_value());
}

}  // namespace
}  // namespace yagura::waf
