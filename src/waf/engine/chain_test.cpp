#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "waf/engine/testing/run_rules.hpp"

namespace yagura::waf {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace testing_engine;  // NOLINT: helpers of these tests

constexpr const char* kChain =
    "SecRule ARGS:a \"@streq 1\" \"id:1,phase:2,deny,msg:'both',chain\"\n"
    "  SecRule ARGS:b \"@streq 2\" \"\"\n";

TEST(WafChain, MatchesWhereEveryLinkMatches) {
  const Trial run(kChain, get("/?a=1&b=2"));
  EXPECT_THAT(run.ids(), ElementsAre(1));
  EXPECT_TRUE(run.verdict().interrupts());
  EXPECT_EQ(run.detection(1).address, "ARGS:b");
  EXPECT_EQ(run.detections().size(), 1u);
}

TEST(WafChain, ItsHeadAloneIsNotLogged) {
  const Trial run(kChain, get("/?a=1&b=3"));
  EXPECT_THAT(run.ids(), IsEmpty());
  EXPECT_FALSE(run.verdict().interrupts());
}

TEST(WafChain, ALinksVariablesAreSetWhenThatLinkMatches) {
  const Trial run(
      "SecRule ARGS:a \"@streq 1\" \"id:1,phase:2,pass,nolog,setvar:tx.head=1,chain\"\n"
      "  SecRule ARGS:b \"@streq 2\" \"setvar:tx.tail=1\"",
      get("/?a=1&b=3"));
  EXPECT_EQ(run.tx("head"), "1");
  EXPECT_EQ(run.tx("tail"), "");
}

TEST(WafChain, ALinksOtherActionsRunWhenThatLinkMatches) {
  const Trial run(
      "SecRule ARGS:a \"@streq 1\" \"id:1,phase:1,pass,nolog,ctl:ruleRemoveById=2,chain\"\n"
      "  SecRule ARGS:b \"@streq 2\" \"ctl:ruleRemoveById=3\"\n"
      "SecAction \"id:2,phase:1,pass,log\"\nSecAction \"id:3,phase:1,pass,log\"",
      get("/?a=1&b=3"));
  EXPECT_THAT(run.ids(), ElementsAre(3));
}

TEST(WafChain, SkipAfterWaitsForTheWholeChain) {
  const std::string rules =
      "SecRule ARGS:a \"@streq 1\" \"id:1,phase:1,pass,nolog,skipAfter:END,chain\"\n"
      "  SecRule ARGS:b \"@streq 2\" \"\"\n"
      "SecAction \"id:2,phase:1,pass,log\"\nSecMarker END";
  EXPECT_THAT(Trial(rules, get("/?a=1&b=2")).ids(), IsEmpty());
  EXPECT_THAT(Trial(rules, get("/?a=1&b=3")).ids(), ElementsAre(2));
}

TEST(WafChain, MatchedVarsAreWhatTheLinkBeforeMatched) {
  const Trial run(
      "SecRule ARGS \"@rx x\" \"id:1,phase:2,pass,log,t:lowercase,chain\"\n"
      "  SecRule MATCHED_VARS \"@rx y\" \"setvar:tx.count=+1\"",
      get("/?a=X&b=XY&c=xy&d=y"));
  EXPECT_EQ(run.tx("count"), "2");  // in the form that matched: XY is xy
  EXPECT_EQ(run.detection(1).address, "ARGS:c");
}

TEST(WafChain, MatchedVarsAreGatheredOverTheWholeChain) {
  const Trial run(
      "SecRule ARGS \"@rx x\" \"id:1,phase:2,pass,log,logdata:'%{MATCHED_VAR_NAME}',chain\"\n"
      "  SecRule MATCHED_VARS \"@rx y\" \"chain\"\n"
      "  SecRule MATCHED_VARS \"@rx z\" \"setvar:tx.count=+1\"",
      get("/?a=xz&b=xyz&c=y"));
  EXPECT_EQ(run.tx("count"), "2");  // a too, which the second link did not match; b not twice
  EXPECT_EQ(run.detection(1).log_data, "ARGS:b");
}

TEST(WafChain, MatchedVarsKeepEachFormThatMatched) {
  const Trial run(
      "SecRule ARGS \"@rx X\" \"id:1,phase:2,pass,nolog,chain\"\n"
      "  SecRule MATCHED_VARS \"@rx x\" \"t:lowercase,chain\"\n"
      "  SecRule MATCHED_VARS_NAMES \"@rx .\" \"chain\"\n"
      "  SecRule MATCHED_VARS \"@rx ^[Xx]y$\" \"setvar:'tx.seen=%{tx.seen}|%{MATCHED_VAR}'\"",
      get("/?a=Xy"));
  EXPECT_EQ(run.tx("seen"), "|Xy|xy");
}

TEST(WafChain, MatchedVarsOfAnotherRuleAreGone) {
  const Trial run(
      "SecRule ARGS \"@rx x\" \"id:1,phase:2,pass,nolog\"\n"
      "SecRule &MATCHED_VARS \"@gt 0\" \"id:2,phase:2,pass,log\"",
      get("/?a=x"));
  EXPECT_THAT(run.ids(), IsEmpty());
}

TEST(WafChain, MatchedVarNamesTheLastMatch) {
  const Trial run(
      "SecRule ARGS \"@rx x\" \"id:1,phase:2,pass,log,logdata:'%{MATCHED_VAR_NAME}=%{MATCHED_VAR}'"
      "\"",
      get("/?a=x1&b=x2&c=y"));
  EXPECT_EQ(run.detection(1).log_data, "ARGS:b=x2");
}

TEST(WafChain, CapturesOfALinkAreSeenByTheNext) {
  const std::string rules =
      "SecRule ARGS:a \"@rx ^(\\d+)-(\\d+)$\" \"id:1,phase:2,deny,capture,chain\"\n"
      "  SecRule TX:2 \"@lt %{tx.1}\" \"\"";
  EXPECT_TRUE(Trial(rules, get("/?a=9-5")).verdict().interrupts());
  EXPECT_FALSE(Trial(rules, get("/?a=5-9")).verdict().interrupts());
}

TEST(WafChain, CapturesOfAnEarlierRuleAreGoneAfterACapture) {
  const Trial run(
      "SecRule ARGS:a \"@rx ^(a)(b)$\" \"id:1,phase:2,pass,nolog,capture\"\n"
      "SecRule ARGS:b \"@rx ^c$\" \"id:2,phase:2,pass,nolog,capture\"",
      get("/?a=ab&b=c"));
  EXPECT_EQ(run.tx("0"), "c");
  EXPECT_EQ(run.tx("1"), "");
  EXPECT_EQ(run.tx("2"), "");
}

TEST(WafChain, CapturesOutliveTheBufferOfTheTransformation) {
  const Trial run(
      "SecRule ARGS:a \"@rx ^(.+)$\" \"id:1,phase:2,pass,nolog,capture,t:lowercase\"\n"
      "SecRule ARGS:b \"@rx ^ZZ\" \"id:2,phase:2,pass,nolog,t:uppercase,setvar:tx.two=1\"",
      get("/?a=ABCDEFGHIJKLMNOPQRSTUVWXYZ&b=zzzzzzzzzzzzzzzzzzzzzzzzzz"));
  EXPECT_EQ(run.tx("1"), "abcdefghijklmnopqrstuvwxyz");
  EXPECT_EQ(run.tx("two"), "1");
}

TEST(WafChain, ScoresAddForEachValueThatMatches) {
  const Trial run(
      "SecAction \"id:1,phase:1,pass,nolog,setvar:tx.critical=5\"\n"
      "SecRule ARGS \"@rx x\" \"id:2,phase:2,pass,log,setvar:'tx.score=+%{tx.critical}'\"\n"
      "SecRule TX:score \"@ge 10\" \"id:3,phase:2,deny,msg:'Score %{tx.score}'\"",
      get("/?a=x&b=x&c=y"));
  EXPECT_EQ(run.tx("score"), "10");
  EXPECT_EQ(run.detection(3).message, "Score 10");
  EXPECT_TRUE(run.verdict().interrupts());
}

TEST(WafChain, EachValueThatMatchesHasItsOwnDetection) {
  const Trial run("SecRule ARGS \"@rx x\" \"id:2,phase:2,pass,log\"", get("/?a=x&b=x&c=y"));
  ASSERT_EQ(run.detections().size(), 2u);
  EXPECT_EQ(run.detections()[0].address, "ARGS:a");
  EXPECT_EQ(run.detections()[1].address, "ARGS:b");
}

TEST(WafChain, ANegatedOperatorMatchesWhatItsOperatorDoesNot) {
  const std::string rules = "SecRule REQUEST_METHOD \"!@within GET POST\" \"id:1,phase:1,deny\"";
  EXPECT_FALSE(Trial(rules, {.method = "GET"}).verdict().interrupts());
  EXPECT_TRUE(Trial(rules, {.method = "BREW"}).verdict().interrupts());
}

TEST(WafChain, CountsAreNumbersOfMembers) {
  EXPECT_TRUE(
      Trial("SecRule &ARGS \"@eq 3\" \"id:1,phase:2,pass,log\"", get("/?a=1&a=2&b=3")).detected(1));
  EXPECT_TRUE(Trial("SecRule &ARGS:a \"@eq 2\" \"id:1,phase:2,pass,log\"", get("/?a=1&a=2&b=3"))
                  .detected(1));
  EXPECT_TRUE(Trial("SecRule &REQUEST_HEADERS:Host \"@eq 0\" \"id:1,phase:1,pass,log\"", get("/"))
                  .detected(1));
  EXPECT_TRUE(Trial("SecRule &TX:x \"@eq 0\" \"id:1,phase:1,pass,log\"", get("/")).detected(1));
  EXPECT_EQ(
      Trial("SecRule &ARGS \"@eq 1\" \"id:1,phase:2,pass,log\"", get("/?a=1")).detection(1).address,
      "&ARGS");
}

TEST(WafChain, SelectorsAndExclusionsChooseMembers) {
  const auto score = [](std::string_view targets) {
    return Trial("SecRule " + std::string(targets) +
                     " \"@rx .\" \"id:1,phase:2,pass,nolog,setvar:tx.n=+1\"",
                 get("/?foo=1&bar=1&baz=1"))
        .tx("n");
  };
  EXPECT_EQ(score("ARGS"), "3");
  EXPECT_EQ(score("ARGS:FOO"), "1");
  EXPECT_EQ(score("ARGS:/^ba/"), "2");
  EXPECT_EQ(score("ARGS|!ARGS:foo"), "2");
  EXPECT_EQ(score("ARGS|!ARGS:/^ba/"), "1");
  EXPECT_EQ(score("ARGS:foo|ARGS:bar"), "2");
  EXPECT_EQ(score("ARGS_NAMES"), "3");
  EXPECT_EQ(score("ARGS_NAMES|!ARGS_NAMES:foo"), "2");
  EXPECT_EQ(score("ARGS_GET|ARGS_POST"), "3");
}

TEST(WafChain, MultiMatchLooksAtEachStep) {
  const Trial run(
      "SecRule ARGS \"@rx ^A B|^ab$|^a b$\" "
      "\"id:1,phase:2,pass,nolog,t:none,t:lowercase,t:removeWhitespace,multiMatch,setvar:tx.n=+1\"",
      get("/?q=A%20B"));
  EXPECT_EQ(run.tx("n"), "3");
}

TEST(WafChain, ChainsOfTransformationsApplyInOrder) {
  const Trial run(
      "SecRule ARGS \"@streq <script>\" "
      "\"id:1,phase:2,pass,log,t:none,t:urlDecodeUni,t:htmlEntityDecode,t:lowercase\"",
      get("/?q=%2526lt%253BSCRIPT%2526gt%253B"));
  EXPECT_TRUE(run.detected(1));
  EXPECT_EQ(run.detection(1).value, "%26lt%3BSCRIPT%26gt%3B");
}

}  // namespace
}  // namespace yagura::waf
