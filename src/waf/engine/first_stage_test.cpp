// The first stage changes how fast an answer comes, never the answer.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "waf/engine/testing/random_exchange.hpp"
#include "waf/engine/testing/run_rules.hpp"

namespace yagura::waf {
namespace {

using namespace testing_engine;  // NOLINT: helpers of these tests

std::string told(const Trial& trial) {
  std::string text = std::to_string(trial.verdict().status) + " score " + trial.tx("score") + "\n";
  for (const Detection& each : trial.detections()) {
    text += std::to_string(each.rule->id);
    for (const std::string_view part :
         {each.address, each.value, each.matched, each.message, each.log_data}) {
      text.append(" [").append(part).append("]");
    }
    text += "\n";
  }
  return text;
}

TEST(WafFirstStage, DetectsWhatDirectEvaluationDetects) {
  const auto fast = rules_of(varied_rules());
  const auto direct = rules_of(varied_rules(), {.use_prefilter = false});
  ASSERT_NE(fast, nullptr);
  ASSERT_NE(direct, nullptr);
  ASSERT_TRUE(fast->phases[1].prefilter.has_value());
  ASSERT_FALSE(direct->phases[1].prefilter.has_value());
  Numbers numbers(2026);
  std::size_t detections = 0, interrupted = 0;
  for (int i = 0; i < 2'000; ++i) {
    const Exchange exchange = random_exchange(numbers);
    const Trial one(fast, exchange), other(direct, exchange);
    ASSERT_EQ(told(one), told(other)) << "request " << i << ": " << exchange.uri << "\n"
                                      << exchange.body;
    detections += one.detections().size();
    interrupted += one.verdict().interrupts() ? 1 : 0;
  }
  EXPECT_GT(detections, 2'000u);  // they were worth comparing
  EXPECT_GT(interrupted, 20u);
  EXPECT_LT(interrupted, 1'900u);
}

TEST(WafFirstStage, LooksForRulesBehindAJumpOnlyWhenTheWalkGetsThere) {
  const std::string rules =
      "SecRule ARGS:level \"@rx ^(\\d)$\" \"id:1,phase:1,pass,nolog,capture,setvar:tx.l=%{tx.1}\"\n"
      "SecRule TX:l \"@lt 1\" \"id:2,phase:2,pass,nolog,skipAfter:END\"\n"
      "SecRule ARGS \"@rx evil\" \"id:3,phase:2,pass,log\"\n"
      "SecRule TX:l \"@lt 2\" \"id:4,phase:2,pass,nolog,skipAfter:END\"\n"
      "SecRule ARGS \"@rx bad\" \"id:5,phase:2,pass,log\"\n"
      "SecMarker END\nSecRule ARGS \"@rx evil\" \"id:6,phase:2,pass,log\"";
  using Ids = std::vector<RuleId>;
  EXPECT_EQ(Trial(rules, get("/?q=evil+bad&level=0")).ids(), (Ids{6}));
  EXPECT_EQ(Trial(rules, get("/?q=evil+bad&level=1")).ids(), (Ids{3, 6}));
  EXPECT_EQ(Trial(rules, get("/?q=evil+bad&level=2")).ids(), (Ids{3, 5, 6}));
}

TEST(WafFirstStage, EveryFormOfAValueIsLookedAt) {
  const Trial run(
      "SecRule ARGS \"@streq ABC\" \"id:1,phase:2,pass,log,t:none\"\n"
      "SecRule ARGS \"@streq abc\" \"id:2,phase:2,pass,log,t:none,t:lowercase\"\n"
      "SecRule ARGS \"@streq cba\" \"id:3,phase:2,pass,log,t:none,t:lowercase\"\n"
      "SecRule ARGS \"@streq 3\" \"id:4,phase:2,pass,log,t:none,t:length\"\n"
      "SecRule ARGS \"@streq QUJD\" \"id:5,phase:2,pass,log,t:none,t:base64Encode\"\n"
      "SecRule ARGS:none \"@streq 0\" \"id:6,phase:2,pass,log,t:none,t:length\"",
      get("/?q=ABC&none="));
  EXPECT_EQ(run.ids(), (std::vector<RuleId>{1, 2, 4, 5, 6}));
}

TEST(WafFirstStage, TenThousandValuesAreEachFoundOnce) {
  const auto rules = rules_of(
      "SecRuleEngine DetectionOnly\nSecArgumentsLimit 20000\nSecRequestBodyAccess On\n"
      "SecRule ARGS \"@rx evil\" \"id:1,phase:2,pass,nolog,setvar:tx.n=+1\"\n"
      "SecRule ARGS_NAMES \"@rx ^n\" "
      "\"id:2,phase:2,pass,nolog,setvar:'tx.seen_%{MATCHED_VAR}=+1'\"");
  std::string body;
  for (int i = 0; i < 10'000; ++i) body += "n" + std::to_string(i) + "=evil&";
  const Trial run(rules, form(body));
  EXPECT_EQ(run.tx("n"), "10000");
  EXPECT_EQ(run.tx("seen_n9999"), "1");
}

}  // namespace
}  // namespace yagura::waf
