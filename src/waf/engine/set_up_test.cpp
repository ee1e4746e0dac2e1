// Set-up rules: defaults that yield to what was set before, jumps by number, and that it makes no
// difference to them that the plan goes through them ahead.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "waf/engine/testing/run_rules.hpp"

namespace yagura::waf {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace testing_engine;  // NOLINT: helpers of these tests

constexpr std::string_view kDefaults =
    "SecAction \"id:10,phase:1,pass,nolog,setvar:tx.first=1,setvar:tx.copy=%{tx.first}\"\n"
    "SecRule &TX:level \"@eq 0\" \"id:11,phase:1,pass,nolog,setvar:tx.level=2\"\n"
    "SecRule &TX:second \"@eq 0\" \"id:12,phase:1,pass,nolog,setvar:'tx.second=%{tx.level}'\"\n"
    "SecRule &TX:first \"@eq 0\" \"id:13,phase:1,deny,log\"\n";

TEST(SetUp, GivesDefaultsInOrder) {
  const Trial run(kDefaults, get("/"));
  EXPECT_EQ(run.tx("first"), "1");
  EXPECT_EQ(run.tx("copy"), "1");
  EXPECT_EQ(run.tx("level"), "2");
  EXPECT_EQ(run.tx("second"), "2");
  EXPECT_THAT(run.ids(), IsEmpty());
}

TEST(SetUp, YieldsToWhatTheRequestSetBefore) {
  const std::string rules =
      "SecRule ARGS:level \"@rx ^\\d$\" "
      "\"id:1,phase:1,pass,nolog,setvar:tx.level=%{ARGS.level}\"\n" +
      std::string(kDefaults);
  EXPECT_EQ(Trial(rules, get("/?level=4")).tx("level"), "4");
  EXPECT_EQ(Trial(rules, get("/?level=4")).tx("second"), "4");
  EXPECT_EQ(Trial(rules, get("/?level=x")).tx("second"), "2");
}

TEST(SetUp, LeavesOutWhatTheRequestRemoved) {
  const std::string rules =
      "SecRule ARGS:off \"@streq 1\" \"id:1,phase:1,pass,nolog,ctl:ruleRemoveById=11\"\n" +
      std::string(kDefaults);
  EXPECT_EQ(Trial(rules, get("/?off=1")).tx("level"), "");
  EXPECT_EQ(Trial(rules, get("/?off=0")).tx("level"), "2");
}

TEST(SetUp, EndsWhereARuleTellsOrRefuses) {
  const std::string rules = std::string(kDefaults) +
                            "SecRule TX:level \"@eq 2\" \"id:20,phase:1,pass,log\"\n"
                            "SecRule TX:level \"@ge 2\" \"id:21,phase:1,deny,log\"\n";
  const Trial run(rules, get("/"));
  EXPECT_THAT(run.ids(), ElementsAre(20, 21));
  EXPECT_TRUE(run.verdict().interrupts());
}

TEST(SetUp, LeavesTheLastMatchBehind) {
  const Trial run(std::string(kDefaults) +
                      "SecAction \"id:30,phase:1,pass,nolog,setvar:'tx.seen=%{MATCHED_VAR_NAME}="
                      "%{MATCHED_VAR}'\"\n",
                  get("/"));
  EXPECT_EQ(run.tx("seen"), "&TX:second=0");
}

TEST(SetUp, JumpsOverWhatTheLevelIsTooLowFor) {
  const std::string rules =
      "SecAction \"id:1,phase:1,pass,nolog,setvar:tx.level=1\"\n"
      "SecRule TX:LEVEL \"@lt 1\" \"id:2,phase:1,pass,nolog,skipAfter:END\"\n"
      "SecAction \"id:3,phase:1,pass,log\"\n"
      "SecRule TX:LEVEL \"@lt 2\" \"id:4,phase:1,pass,nolog,skipAfter:END\"\n"
      "SecAction \"id:5,phase:1,pass,log\"\n"
      "SecMarker END\n"
      "SecRule TX:ABSENT \"!@eq 1\" \"id:6,phase:1,pass,log\"\n"
      "SecRule TX:LEVEL \"!@eq 2\" \"id:7,phase:1,pass,log\"\n";
  EXPECT_THAT(Trial(rules, get("/")).ids(), ElementsAre(3, 7));
}

TEST(SetUp, ComparesWithAnotherMember) {
  const std::string rules =
      "SecAction \"id:1,phase:1,pass,nolog,setvar:tx.score=5,setvar:tx.limit=5\"\n"
      "SecRule TX:SCORE \"@ge %{tx.limit}\" \"id:2,phase:1,pass,log\"\n"
      "SecRule TX:SCORE \"@gt %{tx.limit}\" \"id:3,phase:1,pass,log\"\n"
      "SecRule TX:SCORE \"@le %{tx.limit}\" \"id:4,phase:1,pass,log\"\n";
  EXPECT_THAT(Trial(rules, get("/")).ids(), ElementsAre(2, 4));
}

TEST(SetUp, IsTheSameForEveryExchange) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Trial(kDefaults, get("/?level=7")).tx("level"), "2");
  }
}

}  // namespace
}  // namespace yagura::waf
