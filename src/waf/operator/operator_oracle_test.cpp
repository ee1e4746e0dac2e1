// The same questions to our operators and to libmodsecurity's. Where we differ on purpose
// (README.md, "Differences from libmodsecurity") the values are left out.

#include <gtest/gtest.h>

#include <random>

#include "waf/operator/testing/ask.hpp"
#ifdef YAGURA_HAVE_MODSECURITY
#include "waf/operator/testing/modsecurity_oracle.hpp"
#endif

namespace yagura::waf {
namespace {

#ifdef YAGURA_HAVE_MODSECURITY

struct Question {
  std::string_view rule;  // "@name argument"
  std::string_view alphabet;
};

class OperatorOracle : public ::testing::TestWithParam<Question> {};

TEST_P(OperatorOracle, AgreesWithLibmodsecurity) {
  const std::string rule(GetParam().rule);
  const std::string_view alphabet = GetParam().alphabet;
  const std::size_t space = rule.find(' ');
  const std::string argument = space == std::string::npos ? "" : rule.substr(space + 1);
  const auto ours = testing::make(rule.substr(1, space - 1), argument);
  ASSERT_NE(ours, nullptr);
  const testing::ModSecurityOperator theirs(rule);
  std::mt19937 random(1);
  int matched = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string value;
    for (std::size_t i = 0, size = random() % 7; i < size; ++i) {
      value += alphabet[random() % alphabet.size()];
    }
    const testing::Answer our_answer = testing::ask(*ours, value);
    const auto their_answer = theirs.ask(value);
    ASSERT_EQ(our_answer.is_match(), their_answer.matched) << rule << " of '" << value << "'";
    matched += their_answer.matched ? 1 : 0;
    if (!our_answer.captures.empty()) {
      EXPECT_EQ(our_answer.captures[0], their_answer.tx_0) << rule << " of '" << value << "'";
    }
  }
  EXPECT_GT(matched, 0) << rule;
}

constexpr Question kQuestions[] = {
    {"@contains ab", "ab "},
    {"@containsWord ab", "ab_ -1"},
    {"@streq ab", "ab"},
    {"@strmatch ab", "abx"},
    {"@beginsWith ab", "ab"},
    {"@endsWith ab", "ab"},
    {"@within ab,cd", "abcd,"},
    {"@eq 12", "12x "},
    {"@ge 12", "12-x"},
    {"@gt -2", "12-x"},
    {"@le 12", "12-x"},
    {"@lt 0", "12-x"},
    {"@rx a(b+)?c", "abc"},
    {"@pm abc bcd cb", "abcd"},
    {"@ipMatch 1.0.0.0/8,::1", "1.:"},
    {"@validateByteRange 97-98,100", "abcd"},
    {"@validateUrlEncoding", "%a1g"},
    {"@validateUtf8Encoding", "a\xc3\xa9\xe3\x81\x82\xf0\x9f\x98\x80"},
    {"@unconditionalMatch", "ab"},
};

INSTANTIATE_TEST_SUITE_P(All, OperatorOracle, ::testing::ValuesIn(kQuestions),
                         [](const auto& param) {
                           const std::string_view rule = param.param.rule;
                           return std::string(rule.substr(1, rule.find(' ') - 1));
                         });

#else

TEST(OperatorOracle, AgreesWithLibmodsecurity) { GTEST_SKIP() << "skipped: no libmodsecurity"; }

#endif

}  // namespace
}  // namespace yagura::waf
