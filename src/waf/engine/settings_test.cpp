// ctl, collections that outlive a transaction, and what happens when the engine gives up.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "waf/engine/testing/run_rules.hpp"

namespace yagura::waf {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace testing_engine;  // NOLINT: helpers of these tests

TEST(WafCtl, RulesAreRemovedByIdTagAndMessage) {
  const auto ids = [](std::string_view ctl) {
    return Trial("SecAction \"id:1,phase:1,pass,nolog,ctl:" + std::string(ctl) +
                     "\"\n"
                     "SecAction \"id:10,phase:1,pass,log,tag:'a/b',msg:'one'\"\n"
                     "SecAction \"id:11,phase:1,pass,log,tag:'a/c',msg:'two'\"\n"
                     "SecAction \"id:12,phase:2,pass,log,tag:'d',msg:'three'\"",
                 get("/"))
        .ids();
  };
  EXPECT_THAT(ids("ruleRemoveById=11"), ElementsAre(10, 12));
  EXPECT_THAT(ids("ruleRemoveById=11-12"), ElementsAre(10));
  EXPECT_THAT(ids("ruleRemoveByTag=^a/"), ElementsAre(12));
  EXPECT_THAT(ids("ruleRemoveByMsg=three"), ElementsAre(10, 11));
}

TEST(WafCtl, TargetsAreRemovedFromSomeRules) {
  const auto seen = [](std::string_view ctl) {
    const Trial run("SecAction \"id:1,phase:1,pass,nolog,ctl:" + std::string(ctl) +
                        "\"\n"
                        "SecRule ARGS \"@rx x\" \"id:10,phase:2,pass,log,tag:'t',msg:'m'\"\n"
                        "SecRule ARGS|ARGS_NAMES \"@rx x\" \"id:11,phase:2,pass,log\"",
                    get("/?a=x&b=x"));
    std::string text;
    for (const Detection& each : run.detections()) {
      text += std::to_string(each.rule->id) + " " + std::string(each.address) + "; ";
    }
    return text;
  };
  EXPECT_EQ(seen("ruleRemoveTargetById=10;ARGS:a"), "10 ARGS:b; 11 ARGS:a; 11 ARGS:b; ");
  EXPECT_EQ(seen("ruleRemoveTargetById=10;ARGS"), "11 ARGS:a; 11 ARGS:b; ");
  EXPECT_EQ(seen("ruleRemoveTargetById=10-11;ARGS:/^a/"), "10 ARGS:b; 11 ARGS:b; ");
  EXPECT_EQ(seen("ruleRemoveTargetByTag=t;ARGS:b"), "10 ARGS:a; 11 ARGS:a; 11 ARGS:b; ");
  EXPECT_EQ(seen("ruleRemoveTargetByMsg=m;ARGS:b"), "10 ARGS:a; 11 ARGS:a; 11 ARGS:b; ");
}

TEST(WafCtl, WhatItRemovesIsBackInTheNextTransaction) {
  const auto rules = rules_of(
      "SecRuleEngine On\nSecRule ARGS:off \"@eq 1\" \"id:1,phase:1,pass,nolog,"
      "ctl:ruleRemoveById=2\"\nSecAction \"id:2,phase:1,pass,log\"");
  EXPECT_THAT(Trial(rules, get("/?off=1")).ids(), IsEmpty());
  EXPECT_THAT(Trial(rules, get("/?off=0")).ids(), ElementsAre(2));
}

TEST(WafCtl, TheEngineCanBeSwitched) {
  const Trial off(
      "SecAction \"id:1,phase:1,pass,log,ctl:ruleEngine=Off\"\nSecAction \"id:2,phase:1,deny\"\n"
      "SecAction \"id:3,phase:2,deny\"",
      get("/"));
  EXPECT_THAT(off.ids(), ElementsAre(1));
  const Trial detect(
      "SecAction \"id:1,phase:1,pass,nolog,ctl:ruleEngine=DetectionOnly\"\n"
      "SecAction \"id:2,phase:2,deny\"",
      get("/"));
  EXPECT_FALSE(detect.verdict().interrupts());
  EXPECT_TRUE(detect.detection(2).would_disrupt);
}

TEST(WafCtl, TheAuditLogCanBeSwitched) {
  Trial run(
      "SecAuditEngine RelevantOnly\nSecAuditLogParts ABFHZ\n"
      "SecAction \"id:1,phase:1,pass,log,ctl:auditLogParts=+E\"",
      get("/"));
  EXPECT_TRUE(run.transaction().audit_wanted());
  EXPECT_NE(run.transaction().audit_parts().find('E'), std::string_view::npos);
  Trial off("SecAuditEngine On\nSecAction \"id:1,phase:1,pass,nolog,ctl:auditEngine=Off\"",
            get("/"));
  EXPECT_FALSE(off.transaction().audit_wanted());
}

TEST(WafCtl, BodyAccessAndItsLimitCanBeSwitched) {
  const std::string rule = "SecRule ARGS_POST \"@rx .\" \"id:2,phase:2,pass,log\"\n";
  EXPECT_THAT(
      Trial(rule + "SecAction \"id:1,phase:1,pass,nolog,ctl:requestBodyAccess=Off\"", form("a=1"))
          .ids(),
      IsEmpty());
  EXPECT_EQ(
      Trial(rule + "SecAction \"id:1,phase:1,pass,nolog,ctl:requestBodyLimit=2\"", form("a=1"))
          .verdict()
          .status,
      413);
}

TEST(WafCollections, OutliveTheTransaction) {
  const auto store = make_memory_collection_store(100, std::chrono::seconds(60));
  EngineServices services;
  services.collections = store.get();
  const auto rules = rules_of(
      "SecRuleEngine On\n"
      "SecAction \"id:1,phase:1,pass,nolog,initcol:ip=%{REMOTE_ADDR},setvar:ip.hits=+1\"\n"
      "SecRule IP:hits \"@ge 3\" \"id:2,phase:1,deny,status:429\"");
  EXPECT_FALSE(Trial(rules, get("/"), services).verdict().interrupts());
  EXPECT_FALSE(Trial(rules, get("/"), services).verdict().interrupts());
  EXPECT_EQ(Trial(rules, get("/"), services).verdict().status, 429);
}

TEST(WafCollections, AreKeptApartByKey) {
  const auto store = make_memory_collection_store(100, std::chrono::seconds(60));
  EngineServices services;
  services.collections = store.get();
  const auto rules = rules_of(
      "SecRuleEngine On\n"
      "SecAction \"id:1,phase:1,pass,nolog,initcol:session=%{ARGS.s},setvar:session.n=+1\"\n"
      "SecRule SESSION:n \"@ge 2\" \"id:2,phase:1,pass,log\"");
  EXPECT_THAT(Trial(rules, get("/?s=a"), services).ids(), IsEmpty());
  EXPECT_THAT(Trial(rules, get("/?s=b"), services).ids(), IsEmpty());
  EXPECT_THAT(Trial(rules, get("/?s=a"), services).ids(), ElementsAre(2));
}

TEST(WafCollections, MembersExpire) {
  const auto store = make_memory_collection_store(100, std::chrono::seconds(3600));
  auto now = std::chrono::system_clock::from_time_t(1'700'000'000);
  EngineServices services;
  services.collections = store.get();
  services.clock = [&] { return now; };
  const auto rules = rules_of(
      "SecRuleEngine On\nSecAction \"id:1,phase:1,pass,nolog,initcol:ip=x\"\n"
      "SecRule ARGS:set \"@eq 1\" \"id:2,phase:1,pass,nolog,setvar:ip.block=1,"
      "expirevar:ip.block=60\"\nSecRule IP:block \"@eq 1\" \"id:3,phase:2,pass,log\"");
  EXPECT_THAT(Trial(rules, get("/?set=1"), services).ids(), ElementsAre(3));
  now += std::chrono::seconds(59);
  EXPECT_THAT(Trial(rules, get("/"), services).ids(), ElementsAre(3));
  now += std::chrono::seconds(2);
  EXPECT_THAT(Trial(rules, get("/"), services).ids(), IsEmpty());
}

TEST(WafCollections, NumbersAreDeprecated) {
  const auto store = make_memory_collection_store(100, std::chrono::seconds(3600));
  auto now = std::chrono::system_clock::from_time_t(1'700'000'000);
  EngineServices services;
  services.collections = store.get();
  services.clock = [&] { return now; };
  const auto rules = rules_of(
      "SecRuleEngine On\nSecAction \"id:1,phase:1,pass,nolog,initcol:ip=x,"
      "deprecatevar:ip.score=20/300,setvar:tx.score=%{ip.score}\"\n"
      "SecRule ARGS:set \"@rx .\" \"id:2,phase:1,pass,nolog,setvar:ip.score=%{MATCHED_VAR}\"");
  const auto score = [&](const char* uri) { return Trial(rules, get(uri), services).tx("score"); };
  (void)score("/?set=50");
  now += std::chrono::seconds(299);
  EXPECT_EQ(score("/"), "50");
  now += std::chrono::seconds(1);
  EXPECT_EQ(score("/"), "30");
  EXPECT_EQ(score("/"), "30");
  now += std::chrono::seconds(3000);
  EXPECT_EQ(score("/?set=-5"), "0");
  now += std::chrono::seconds(3000);
  EXPECT_EQ(score("/"), "-5");
}

TEST(WafCollections, AMembersOfTheStoreNeverPassItsLimit) {
  const auto store = make_memory_collection_store(10, std::chrono::seconds(60));
  const auto now = std::chrono::system_clock::from_time_t(1'700'000'000);
  for (int i = 0; i < 1'000; ++i) {
    store->set(Variable::kIp, "key" + std::to_string(i), "name", "1", now);
  }
  int left = 0;
  for (int i = 0; i < 1'000; ++i) {
    store->read(Variable::kIp, "key" + std::to_string(i), now,
                [&](std::string_view, std::string_view) { ++left; });
  }
  EXPECT_LE(left, 10);
  EXPECT_GE(left, 1);
}

TEST(WafCollections, WithoutAStoreThereAreNone) {
  const Trial run(
      "SecAction \"id:1,phase:1,pass,nolog,initcol:ip=x,setvar:ip.n=+1\"\n"
      "SecRule &IP \"@gt 0\" \"id:2,phase:1,pass,log\"",
      get("/"));
  EXPECT_THAT(run.ids(), IsEmpty());
}

// Only backtracking knows it, and it takes long.
constexpr const char* kHardRule =
    "SecPcreMatchLimit 1000\n"
    "SecRule ARGS \"@rx ^(a+)+\\1$\" \"id:1,phase:2,deny\"\n";
const std::string kHardValue = "/?q=" + std::string(200, 'a') + "b";

TEST(WafFailure, ARuleThatIsNotEvaluatedIsCountedAndShown) {
  EngineCounters counters{};
  EngineServices services;
  services.counters = &counters;
  const Trial run(std::string(kHardRule) +
                      "SecRule MSC_PCRE_LIMITS_EXCEEDED \"@eq 1\" \"id:2,phase:2,pass,log\"\n"
                      "SecRule TX:/^MSC_/ \"!@streq 0\" \"id:3,phase:2,pass,log\"",
                  get(kHardValue), services);
  EXPECT_THAT(run.ids(), ElementsAre(2, 3));
  EXPECT_FALSE(run.verdict().interrupts());
  EXPECT_GE(counters.rules_not_evaluated, 1u);
}

TEST(WafFailure, ARuleThatIsNotEvaluatedIsRefusedWhereThatIsThePolicy) {
  EngineCounters counters{};
  EngineServices services;
  services.counters = &counters;
  const Trial run(kHardRule, get(kHardValue), services,
                  {.time_budget = std::chrono::microseconds(0), .fail_open = false});
  EXPECT_EQ(run.verdict().status, 503);
  EXPECT_EQ(counters.fail_closed, 1u);
}

TEST(WafFailure, PastItsTimeATransactionPassesOrIsRefused) {
  std::string rules = "SecRuleEngine On\n";
  for (int i = 1; i <= 500; ++i) {
    rules += "SecRule ARGS \"!@rx y\" \"id:" + std::to_string(i) + ",phase:1,pass,nolog\"\n";
  }
  rules += "SecAction \"id:1000,phase:1,deny\"\nSecAction \"id:1001,phase:5,pass,log\"";
  const auto set = rules_of(rules);
  std::string uri = "/?a=1";
  for (int i = 0; i < 500; ++i) uri += "&b=" + std::to_string(i);
  for (const bool fail_open : {true, false}) {
    EngineCounters counters{};
    EngineServices services;
    services.counters = &counters;
    const Trial run(set, get(uri), services,
                    {.time_budget = std::chrono::microseconds(1), .fail_open = fail_open});
    EXPECT_EQ(run.verdict().interrupts(), !fail_open);
    EXPECT_EQ(run.verdict().status, fail_open ? 200 : 503);
    EXPECT_EQ(counters.time_budget_exceeded, 1u);
    EXPECT_EQ(counters.fail_open, fail_open ? 1u : 0u);
    EXPECT_EQ(counters.fail_closed, fail_open ? 0u : 1u);
  }
}

TEST(WafFailure, WhatIsCountedIsCounted) {
  EngineCounters counters{};
  EngineServices services;
  services.counters = &counters;
  const auto rules = rules_of(
      "SecRuleEngine On\nSecRule ARGS:q \"@streq log\" \"id:1,phase:1,pass,log\"\n"
      "SecRule ARGS:q \"@streq deny\" \"id:2,phase:1,deny\"");
  (void)Trial(rules, get("/?q=log"), services);
  (void)Trial(rules, get("/?q=deny"), services);
  (void)Trial(rules, get("/?q=none"), services);
  EXPECT_EQ(counters.transactions, 3u);
  EXPECT_EQ(counters.detected, 1u);
  EXPECT_EQ(counters.blocked, 1u);
}

TEST(WafFailure, NothingOfOneExchangeIsLeftForTheNext) {
  const auto rules = rules_of(
      "SecRuleEngine On\nSecRequestBodyAccess On\n"
      "SecRule ARGS:set \"@eq 1\" \"id:1,phase:2,pass,nolog,capture,setvar:tx.left=1,"
      "setvar:'tx.made_%{ARGS.set}=1',setenv:left=1,ctl:ruleRemoveById=9\"\n"
      "SecRule TX:left|TX:/^made/|ENV:left|ARGS|REQUEST_HEADERS \"@rx .\" "
      "\"id:2,phase:3,pass,log\"\n"
      "SecRule ARGS|REQUEST_BODY|REQUEST_COOKIES|MATCHED_VARS|XML:/* \"@rx .\" "
      "\"id:3,phase:4,pass,log\"");
  Exchange exchange = form("set=1&x=2");
  exchange.headers.emplace_back("Cookie", "a=b");
  EXPECT_THAT(Trial(rules, exchange).ids(), ElementsAre(2, 3));
  EXPECT_THAT(Trial(rules, get("/")).ids(), IsEmpty());
}

}  // namespace
}  // namespace yagura::waf
