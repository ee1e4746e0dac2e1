#include "waf/operator/operator.hpp"

#include <gtest/gtest.h>

#include "waf/operator/testing/ask.hpp"

namespace yagura::waf {
namespace {

using namespace std::string_literals;
using testing::ask;
using testing::make;
using testing::matches;

struct Case {
  std::string_view name, argument;
  std::string value;
  bool matched;
};

void check(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    EXPECT_EQ(matches(c.name, c.argument, c.value), c.matched)
        << '@' << c.name << ' ' << c.argument << " of '" << c.value << "'";
  }
}

// The same question with the argument given at evaluation, as the engine does for macros.
void check_with_macro(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    const auto op = make(c.name, "%{tx.x}", {.argument_has_macro = true});
    ASSERT_NE(op, nullptr);
    EXPECT_EQ(ask(*op, c.value, c.argument).is_match(), c.matched) << '@' << c.name;
    EXPECT_FALSE(op->scan_pattern().has_value()) << '@' << c.name;
    EXPECT_TRUE(op->condition().may_match(bytes_in(c.value), c.value.size()) || !c.matched);
  }
}

const std::vector<Case> kStrings = {
    {"contains", "abc", "xabcx", true},
    {"contains", "abc", "xABCx", false},
    {"contains", "", "anything", true},
    {"strmatch", "WebZIP", "a WebZIP b", true},
    {"strmatch", "WebZIP", "a webzip b", false},
    {"containsWord", "is", "this is it", true},
    {"containsWord", "is", "this", false},
    {"containsWord", "is", "is", true},
    {"containsWord", "is", "this_is1", true},
    {"containsWord", "is", "isis is-", true},
    {"streq", "abc", "abc", true},
    {"streq", "abc", "abc ", false},
    {"streq", "abc", "ABC", false},
    {"streq", "", "", true},
    {"beginsWith", "GET", "GET /", true},
    {"beginsWith", "GET", " GET", false},
    {"beginsWith", "longer", "long", false},
    {"endsWith", ".php", "index.php", true},
    {"endsWith", ".php", "index.php/", false},
    {"endsWith", "", "x", true},
    {"within", "GET,POST,HEAD", "POST", true},
    {"within", "GET,POST,HEAD", "PUT", false},
    {"within", "GET,POST,HEAD", "", true},
    {"eq", "3", "3", true},
    {"eq", "0", "abc", true},
    {"eq", "0", "", true},
    {"eq", "3", " +3x", true},
    {"eq", "-3", "-3", true},
    {"ge", "5", "5", true},
    {"ge", "5", "4", false},
    {"gt", "5", "6", true},
    {"gt", "5", "5", false},
    {"gt", "134217728", "99999999999999999999999999", true},
    {"le", "5", "5", true},
    {"le", "5", "6", false},
    {"le", "-5", "-6", true},
    {"lt", "1", "0", true},
    {"lt", "1", "1", false},
    {"lt", "0", "-1", true},
    {"ipMatch", "10.0.0.0/8, ::1,2001:db8::/32", "10.255.0.1", true},
    {"ipMatch", "10.0.0.0/8,::1,2001:db8::/32", "11.0.0.1", false},
    {"ipMatch", "10.0.0.0/8,::1,2001:db8::/32", "2001:db8:1::5", true},
    {"ipMatch", "10.0.0.1", "not an address", false},
    {"rx", "^(a+)b$", "aab", true},
    {"rx", "^(a+)b$", "AAB", false},
    {"rx", "a.c", "a\nc", true},
    {"pm", "union select", "xSELECTx", true},
    {"pm", "union select", "insert", false},
};

TEST(Operator, ComparesTextsNumbersAndAddresses) { check(kStrings); }

TEST(Operator, TakesItsArgumentFromAMacroToo) { check_with_macro(kStrings); }

TEST(Operator, RxFillsTheGroupsAndSaysWhatMatched) {
  const auto op = make("rx", "(\\w+)=(\\d+)");
  const testing::Answer answer = ask(*op, "?id=42&");
  EXPECT_EQ(answer.captures, (std::vector<std::string>{"id=42", "id", "42"}));
  EXPECT_EQ(answer.matched, "id=42");
}

TEST(Operator, RxGlobalKeepsTheGroupsOfEveryMatch) {
  const auto op = make("rxGlobal", "(\\w)=(\\d)");
  const testing::Answer answer = ask(*op, "a=1&b=2&c=3");
  EXPECT_EQ(answer.captures,
            (std::vector<std::string>{"a=1", "a", "1", "b=2", "b", "2", "c=3", "c", "3"}));
  EXPECT_EQ(answer.matched, "a=1");
  EXPECT_EQ(ask(*make("rxGlobal", "x"), std::string(5000, 'x')).captures.size(), 10U);
}

TEST(Operator, AMacroThatMakesABadPatternIsReportedNotPassed) {
  const auto op = make("rx", "%{tx.x}", {.argument_has_macro = true});
  EXPECT_EQ(ask(*op, "x", "(").result, OperatorResult::kNotEvaluated);
  EXPECT_EQ(ask(*op, "x", std::string(5000, 'x')).result, OperatorResult::kNotEvaluated);
  const auto ip = make("ipMatch", "%{tx.x}", {.argument_has_macro = true});
  EXPECT_EQ(ask(*ip, "10.0.0.1", "nonsense").result, OperatorResult::kNotEvaluated);
}

TEST(Operator, MoreExpansionsThanTheCacheHoldsAreStillRight) {
  const auto op = make("rx", "%{tx.x}", {.argument_has_macro = true});
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 300; ++i) {
      const std::string text = "v" + std::to_string(i);
      EXPECT_TRUE(ask(*op, text, "^" + text + "$").is_match());
    }
  }
}

TEST(Operator, PhrasesMayHoldBytesInHexadecimal) {
  check({{"pm", "A|42 43|D x", "..abcd..", true},
         {"pm", "a|20|b", "a b", true},
         {"pm", "a|20|b", "ab", false},
         {"pm", "|ff 00|", "\xff\0"s, true},
         {"pm", "a || b", "x||y", true},
         {"pm", "cat |", "a | b", true},
         {"pm", "|zz|", "|ZZ|", true}});
  EXPECT_EQ(ask(*make("pm", "abc bcd"), "xABCx").captures, std::vector<std::string>{"ABC"});
}

TEST(Operator, ByteRangesAndEncodingsMatchWhatIsNotValid) {
  check({{"validateByteRange", "1-255", "a\0b"s, true},
         {"validateByteRange", "1-255", "ab", false},
         {"validateByteRange", "9,10, 13,32 - 126", "a\tb", false},
         {"validateByteRange", "9,10,13,32-126", "a\x7f", true},
         {"validateByteRange", "0-255", "\0\xff"s, false},
         {"validateUrlEncoding", "", "%41%zz", true},
         {"validateUrlEncoding", "", "%41%4", true},
         {"validateUrlEncoding", "", "%", true},
         {"validateUrlEncoding", "", "%41%5a", false},
         {"validateUrlEncoding", "", "", false},
         {"validateUtf8Encoding", "", "\xe3\x81\x82 \xf0\x9f\x98\x80 a", false},
         {"validateUtf8Encoding", "", "\xc0\xae", true},
         {"validateUtf8Encoding", "", "\xed\xa0\x80", true},
         {"validateUtf8Encoding", "", "\xf4\x90\x80\x80", true},
         {"validateUtf8Encoding", "", "\xe3\x81", true},
         {"validateUtf8Encoding", "", "\xff", true}});
  EXPECT_EQ(ask(*make("validateByteRange", "32-126"), "ab\x01z").matched, "\x01");
}

TEST(Operator, NumbersWithCheckDigitsAreVerifiedInTheirCandidates) {
  check({{"verifyCC", "\\d{13,16}", "card 4111111111111111.", true},
         {"verifyCC", "\\d{16}", "card 4111111111111112.", false},
         {"verifyCC", "(?:\\d{4}-?){4}", "4111-1111-1111-1111", true},
         {"verifyCC", "\\d{16}", "94111111111111111", true},
         {"verifyCPF", "\\d{3}\\.?\\d{3}\\.?\\d{3}-?\\d{2}", "529.982.247-25", true},
         {"verifyCPF", "\\d{11}", "52998224724", false},
         {"verifyCPF", "\\d{11}", "11111111111", false},
         {"verifySSN", "\\d{3}-?\\d{2}-?\\d{4}", "536-22-8472", true},
         {"verifySSN", "\\d{3}-?\\d{2}-?\\d{4}", "666-22-8472", false},
         {"verifySSN", "\\d{3}-?\\d{2}-?\\d{4}", "123456789", false},
         {"verifySSN", "\\d{3}-?\\d{2}-?\\d{4}", "536-00-8472", false},
         {"verifySVNR", "\\d{4} ?\\d{6}", "1237 010180", true},
         {"verifySVNR", "\\d{4} ?\\d{6}", "1238 010180", false}});
}

TEST(Operator, VerifyingGivesUpInTheOpenPastAThousandCandidates) {
  const auto op = make("verifyCC", "\\d{13}");
  EXPECT_EQ(ask(*op, std::string(2000, '1')).result, OperatorResult::kNotEvaluated);
}

TEST(Operator, RsubReplacesEveryMatch) {
  testing::RecordingHost host;
  const auto op = make("rsub", "s/(?:sec)ret\\/x/[\\/gone\\\\]/i");
  EXPECT_TRUE(ask(*op, "a SECRET/x b secret/x", {}, &host).is_match());
  EXPECT_EQ(host.replaced, "a [/gone\\] b [/gone\\]");
  host.replaced.reset();
  EXPECT_FALSE(ask(*op, "nothing", {}, &host).is_match());
  EXPECT_FALSE(host.replaced.has_value());
  const auto bare = make("rsub", "s#a##");
  EXPECT_TRUE(ask(*bare, "banana", {}, &host).is_match());
  EXPECT_EQ(host.replaced, "bnn");
}

TEST(Operator, RsubPutsGroupsIntoTheText) {
  testing::RecordingHost host;
  const auto op = make("rsub", "s/(\\w+)=(\\w*)(z)?/$2:\\1<$0>$3\\$1$/");
  EXPECT_TRUE(ask(*op, "a=1, b=", {}, &host).is_match());
  EXPECT_EQ(host.replaced, "1:a<a=1>$1$, :b<b=>$1$");
  const auto absent = make("rsub", "s/a/[$7]/");
  EXPECT_TRUE(ask(*absent, "xax", {}, &host).is_match());
  EXPECT_EQ(host.replaced, "x[]x");
}

TEST(Operator, RsubDoesNotGrowAValueWithoutBound) {
  testing::RecordingHost host;
  const auto op = make("rsub", "s/x/" + std::string(4096, 'y') + "/");
  EXPECT_EQ(ask(*op, std::string(900, 'x'), {}, &host).result, OperatorResult::kNotEvaluated);
  EXPECT_FALSE(host.replaced.has_value());
}

TEST(Operator, AlwaysAndNever) {
  EXPECT_TRUE(matches("unconditionalMatch", "", "x"));
  EXPECT_FALSE(matches("noMatch", "", "x"));
}

TEST(Operator, InjectionsAreDetected) {
  EXPECT_TRUE(matches("detectSQLi", "", "1' or '1'='1"));
  EXPECT_FALSE(matches("detectSQLi", "", "hello world"));
  EXPECT_FALSE(ask(*make("detectSQLi", ""), "1' or '1'='1").captures.at(0).empty());
  EXPECT_TRUE(matches("detectXSS", "", "<script>alert(1)</script>"));
  EXPECT_FALSE(matches("detectXSS", "", "hello world"));
}

}  // namespace
}  // namespace yagura::waf
