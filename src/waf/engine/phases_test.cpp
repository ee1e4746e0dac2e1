#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "waf/engine/testing/run_rules.hpp"

namespace yagura::waf {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace testing_engine;  // NOLINT: helpers of these tests

TEST(WafPhases, ARuleDeniesWhatItMatches) {
  const Trial run("SecRule ARGS \"@streq evil\" \"id:1,phase:2,deny,status:406\"", get("/?q=evil"));
  EXPECT_EQ(run.verdict().action, VerdictAction::kDeny);
  EXPECT_EQ(run.verdict().status, 406);
  ASSERT_NE(run.verdict().rule, nullptr);
  EXPECT_EQ(run.verdict().rule->id, 1u);
  EXPECT_TRUE(run.detection(1).disrupted);
  EXPECT_FALSE(run.detection(1).would_disrupt);
  EXPECT_EQ(run.detection(1).address, "ARGS:q");
  EXPECT_EQ(run.detection(1).value, "evil");
}

TEST(WafPhases, WhatNoRuleMatchesPasses) {
  const Trial run("SecRule ARGS \"@streq evil\" \"id:1,phase:2,deny\"", get("/?q=good"));
  EXPECT_FALSE(run.verdict().interrupts());
  EXPECT_THAT(run.ids(), IsEmpty());
}

TEST(WafPhases, DetectionOnlySaysWhatItWouldHaveDone) {
  const Trial run("SecRuleEngine DetectionOnly\nSecRule ARGS \"@streq evil\" \"id:1,phase:2,deny\"",
                  get("/?q=evil"));
  EXPECT_FALSE(run.verdict().interrupts());
  EXPECT_TRUE(run.detection(1).would_disrupt);
  EXPECT_FALSE(run.detection(1).disrupted);
}

TEST(WafPhases, TheCallersModeOverridesTheRuleSets) {
  const auto rules = rules_of("SecRuleEngine On\nSecAction \"id:1,phase:1,deny\"");
  const Trial off(rules, get("/"), {}, {.mode = EngineMode::kOff, .use_rule_set_mode = false});
  EXPECT_THAT(off.ids(), IsEmpty());
  const Trial detect(rules, get("/"), {},
                     {.mode = EngineMode::kDetectionOnly, .use_rule_set_mode = false});
  EXPECT_FALSE(detect.verdict().interrupts());
  EXPECT_THAT(detect.ids(), ElementsAre(1));
}

TEST(WafPhases, RulesAfterADenialDoNotRunButLoggingDoes) {
  const Trial run(
      "SecAction \"id:1,phase:1,deny\"\nSecAction \"id:2,phase:1,pass,log\"\n"
      "SecAction \"id:3,phase:2,pass,log\"\nSecAction \"id:4,phase:5,pass,log\"",
      get("/"));
  EXPECT_THAT(run.ids(), ElementsAre(1, 4));
}

TEST(WafPhases, EachPhaseRunsItsRulesInOrder) {
  const Trial run(
      "SecAction \"id:5,phase:5,pass,log\"\nSecAction \"id:4,phase:4,pass,log\"\n"
      "SecAction \"id:3,phase:3,pass,log\"\nSecAction \"id:2,phase:2,pass,log\"\n"
      "SecAction \"id:1,phase:1,pass,log\"",
      get("/"));
  EXPECT_THAT(run.ids(), ElementsAre(1, 2, 3, 4, 5));
}

TEST(WafPhases, LoggingInterruptsNothing) {
  const Trial run("SecAction \"id:1,phase:5,deny,log\"", get("/"));
  EXPECT_FALSE(run.verdict().interrupts());
  EXPECT_FALSE(run.detection(1).disrupted);
  EXPECT_FALSE(run.detection(1).would_disrupt);
}

TEST(WafPhases, SkipLeavesOutTheNextRules) {
  const Trial run(
      "SecAction \"id:1,phase:1,pass,nolog,skip:2\"\nSecAction \"id:2,phase:1,pass,log\"\n"
      "SecAction \"id:3,phase:1,pass,log\"\nSecAction \"id:4,phase:1,pass,log\"",
      get("/"));
  EXPECT_THAT(run.ids(), ElementsAre(4));
}

TEST(WafPhases, SkipAfterGoesOnBehindItsMarker) {
  const Trial run(
      "SecRule ARGS:a \"@streq 1\" \"id:1,phase:1,pass,nolog,skipAfter:END\"\n"
      "SecAction \"id:2,phase:1,pass,log\"\nSecMarker END\nSecAction \"id:3,phase:1,pass,log\"",
      get("/?a=1"));
  EXPECT_THAT(run.ids(), ElementsAre(3));
}

TEST(WafPhases, AllowEndsInspectionButNotLogging) {
  const Trial run(
      "SecAction \"id:1,phase:1,allow,nolog\"\nSecAction \"id:2,phase:1,deny\"\n"
      "SecAction \"id:3,phase:2,deny\"\nSecAction \"id:4,phase:4,deny\"\n"
      "SecAction \"id:5,phase:5,pass,log\"",
      get("/"));
  EXPECT_FALSE(run.verdict().interrupts());
  EXPECT_THAT(run.ids(), ElementsAre(5));
}

TEST(WafPhases, AllowPhaseEndsThisPhaseAlone) {
  const Trial run(
      "SecAction \"id:1,phase:1,allow:phase,nolog\"\nSecAction \"id:2,phase:1,pass,log\"\n"
      "SecAction \"id:3,phase:2,pass,log\"",
      get("/"));
  EXPECT_THAT(run.ids(), ElementsAre(3));
}

TEST(WafPhases, AllowRequestEndsTheRequestsPhases) {
  const Trial run(
      "SecAction \"id:1,phase:1,allow:request,nolog\"\nSecAction \"id:2,phase:2,pass,log\"\n"
      "SecAction \"id:3,phase:3,pass,log\"",
      get("/"));
  EXPECT_THAT(run.ids(), ElementsAre(3));
}

// As the manual has it: no disruptive action runs, so that everything that would match is seen.
TEST(WafPhases, AllowEndsNothingInDetectionOnly) {
  const Trial run(
      "SecRuleEngine DetectionOnly\nSecAction \"id:1,phase:1,allow,nolog\"\n"
      "SecAction \"id:2,phase:1,pass,log\"",
      get("/"));
  EXPECT_THAT(run.ids(), ElementsAre(2));
}

TEST(WafPhases, DropAndRedirectAreVerdictsOfTheirOwn) {
  const Trial drop("SecAction \"id:1,phase:1,drop\"", get("/"));
  EXPECT_EQ(drop.verdict().action, VerdictAction::kDrop);
  const Trial redirect(
      "SecAction \"id:1,phase:1,redirect:'https://example.org/%{REQUEST_METHOD}'\"", get("/"));
  EXPECT_EQ(redirect.verdict().action, VerdictAction::kRedirect);
  EXPECT_EQ(redirect.verdict().status, 302);
  EXPECT_EQ(redirect.verdict().redirect_url, "https://example.org/GET");
}

TEST(WafPhases, BlockIsWhatTheDefaultActionSays) {
  const Trial passes("SecDefaultAction \"phase:1,log,pass\"\nSecAction \"id:1,phase:1,block\"",
                     get("/"));
  EXPECT_FALSE(passes.verdict().interrupts());
  const Trial denies(
      "SecDefaultAction \"phase:1,log,deny,status:451\"\nSecAction \"id:1,phase:1,block\"",
      get("/"));
  EXPECT_EQ(denies.verdict().status, 451);
}

TEST(WafPhases, NologKeepsAMatchOutOfTheDetections) {
  const Trial run("SecAction \"id:1,phase:1,pass,nolog\"", get("/"));
  EXPECT_THAT(run.ids(), IsEmpty());
}

TEST(WafPhases, LogWithoutAuditIsStillLogged) {
  const Trial run("SecAction \"id:1,phase:5,pass,log,noauditlog\"", get("/"));
  EXPECT_TRUE(run.detection(1).logged);
  EXPECT_FALSE(run.detection(1).audited);
}

TEST(WafPhases, ADenialThatIsNotLoggedIsStillExplained) {
  const Trial run("SecAction \"id:1,phase:1,deny,nolog\"", get("/"));
  EXPECT_FALSE(run.detection(1).logged);
  EXPECT_TRUE(run.detection(1).disrupted);
}

TEST(WafPhases, AShadowRuleIsReportedAndDoesNothing) {
  const auto rules = rules_of(
      "SecRuleEngine On\n"
      "SecRule ARGS \"@rx (e)vil\" "
      "\"id:1,phase:2,deny,log,capture,severity:2,setvar:tx.score=+5,chain\"\n"
      "  SecRule TX:score \"@eq 5\" \"setvar:tx.other=1\"\n"
      "SecRule TX:score \"@ge 1\" \"id:2,phase:2,deny\"",
      {.shadow_ids = {{1, 1}}});
  const Trial run(rules, get("/?q=evil"));
  EXPECT_FALSE(run.verdict().interrupts());
  EXPECT_THAT(run.ids(), ElementsAre(1));  // its own chain sees what it sets
  EXPECT_TRUE(run.detection(1).shadow);
  EXPECT_FALSE(run.detection(1).would_disrupt);
  EXPECT_EQ(run.tx("score"), "");
  EXPECT_EQ(run.tx("other"), "");
  EXPECT_EQ(run.tx("1"), "");
}

TEST(WafPhases, WhatIsDoneTwiceIsDoneOnce) {
  const auto rules = rules_of("SecRuleEngine On\nSecAction \"id:1,phase:1,pass,log\"");
  Transaction transaction(rules, {}, {});
  transaction.set_request_line("GET", "/", "HTTP/1.1");
  transaction.process_request_headers();
  transaction.process_request_headers();
  transaction.finish();
  transaction.finish();
  EXPECT_EQ(transaction.detections().size(), 1u);
}

TEST(WafPhases, UniqueIdsDiffer) {
  const auto rules = rules_of("SecRuleEngine On");
  const Transaction a(rules, {}, {}), b(rules, {}, {});
  EXPECT_NE(a.unique_id(), b.unique_id());
  const Transaction named(rules, {}, {.unique_id = "mine"});
  EXPECT_EQ(named.unique_id(), "mine");
}

}  // namespace
}  // namespace yagura::waf
