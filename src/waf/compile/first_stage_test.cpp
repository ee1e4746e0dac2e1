#include <gtest/gtest.h>

#include <bit>

#include "waf/compile/testing_rules.hpp"

namespace yagura::waf {
namespace {

using testing_rules::compile_text;
using testing_rules::Compiled;

bool has_item(const Compiled& compiled, RuleId id) {
  const Rule& rule = *compiled.rule(id);
  if (rule.prefilter_item == kNone) return false;
  const Phase& phase = compiled.set->phases[rule.phase - 1U];
  return &compiled.set->rules[phase.item_rule.at(rule.prefilter_item)] == &rule;
}

TEST(FirstStage, TakesRulesThatHitsCanForetell) {
  const Compiled compiled = compile_text(R"(
SecRule ARGS "@rx attack" "id:1"
SecRule ARGS "!@rx attack" "id:2"
SecRule ARGS "@rx attack" "id:3,multiMatch"
SecRule TX:a "@rx attack" "id:4"
SecRule &ARGS "@rx attack" "id:5"
SecRule REMOTE_ADDR "@rx attack" "id:6"
SecRule ARGS "@unconditionalMatch" "id:7"
SecRule REQUEST_HEADERS:Host "@pm evil bad" "id:8"
SecAction "id:9"
SecRule TX:a "@rx a" "id:10,chain"
  SecRule ARGS "@rx attack" ""
)");
  ASSERT_EQ(compiled.problems(), "");
  EXPECT_TRUE(has_item(compiled, 1));
  EXPECT_TRUE(has_item(compiled, 3));
  for (const RuleId id : {2, 4, 5, 6, 7, 9, 10}) EXPECT_FALSE(has_item(compiled, id)) << id;
  EXPECT_TRUE(has_item(compiled, 8));
  EXPECT_NE(compiled.set->rules.back().prefilter_item, kNone);
  EXPECT_EQ(compiled.set->phases[1].item_rule.size(), 4U);
}

TEST(FirstStage, MarksOnlyTheScannableTargetsOfARule) {
  const Compiled compiled =
      compile_text("SecRule ARGS|TX:a|&ARGS|MATCHED_VARS|XML|XML:/*|XML:/a \"@rx attack\" id:1");
  ASSERT_EQ(compiled.problems(), "");
  std::vector<bool> marked;
  for (const RuleTarget& target : compiled.rule(1)->targets) {
    marked.push_back(target.class_bit != 0);
  }
  EXPECT_EQ(marked, (std::vector<bool>{true, false, false, false, false, true, false}));
}

TEST(FirstStage, KnowsTheClassesOfAValueByItsHome) {
  const Compiled compiled = compile_text(R"(
SecRule ARGS "@rx attack" "id:1"
SecRule ARGS_GET "@rx attack" "id:2"
SecRule ARGS:q "@rx attack" "id:3"
SecRule ARGS_POST:Q "@rx attack" "id:4"
SecRule ARGS_NAMES "@rx attack" "id:5"
SecRule XML:/* "@rx attack" "id:6"
SecRule REQUEST_COOKIES:/^a/ "@rx attack" "id:7"
)");
  ASSERT_EQ(compiled.problems(), "");
  const RuleSet& set = *compiled.set;
  const auto bit = [&](RuleId id) { return compiled.rule(id)->targets[0].class_bit; };
  ClassMask all = 0;
  for (RuleId id = 1; id <= 7; ++id) {
    EXPECT_EQ(std::popcount(bit(id)), 1) << id;
    EXPECT_EQ(all & bit(id), 0U) << id;
    all |= bit(id);
  }
  EXPECT_EQ(set.classes_of(Variable::kArgsGet, "x"), bit(1) | bit(2));
  EXPECT_EQ(set.classes_of(Variable::kArgsGet, "Q"), bit(1) | bit(2) | bit(3));
  EXPECT_EQ(set.classes_of(Variable::kArgsPost, "x"), bit(1));
  EXPECT_EQ(set.classes_of(Variable::kArgsPost, "q"), bit(1) | bit(3) | bit(4));
  EXPECT_EQ(set.classes_of(Variable::kArgsGetNames, ""), bit(5));
  EXPECT_EQ(set.classes_of(Variable::kArgsPostNames, ""), bit(5));
  EXPECT_EQ(set.classes_of(Variable::kXml, "/*"), bit(6));
  EXPECT_EQ(set.classes_of(Variable::kXml, "//@*"), 0U);
  EXPECT_EQ(set.classes_of(Variable::kRequestCookies, "b"), bit(7));
  EXPECT_EQ(set.classes_of(Variable::kRequestHeaders, "a"), 0U);
}

TEST(FirstStage, LetsMembersShareTheirVariablesBitWhenBitsRunOut) {
  std::string text = "SecRule ARGS:often \"@rx attack\" id:1000\n";
  for (int i = 0; i < 100; ++i) {
    text += "SecRule ARGS:often|ARGS:n" + std::to_string(i) + "|REQUEST_COOKIES:c" +
            std::to_string(i) + " \"@rx attack\" id:" + std::to_string(i + 1) + "\n";
  }
  const Compiled compiled = compile_text(text);
  ASSERT_EQ(compiled.problems(), "");
  ClassMask all = 0;
  for (const Rule& rule : compiled.set->rules) {
    for (const RuleTarget& target : rule.targets) {
      EXPECT_EQ(std::popcount(target.class_bit), 1);
      all |= target.class_bit;
      const Variable home =
          target.variable == Variable::kArgs ? Variable::kArgsPost : Variable::kRequestCookies;
      // Never a false "no": the value that the target means has the target's bit.
      EXPECT_NE(compiled.set->classes_of(home, target.selector.name) & target.class_bit, 0U);
    }
  }
  EXPECT_EQ(std::popcount(all), 64);
  // The member that most rules name has a bit of its own.
  EXPECT_EQ(compiled.set->classes_of(Variable::kArgsPost, "no such name") &
                compiled.rule(1000)->targets[0].class_bit,
            0U);
}

TEST(FirstStage, TakesTheChainsThatMostRulesUse) {
  std::string text;
  int id = 0;
  const auto add = [&](int chain) {
    text += "SecRule ARGS \"@rx attack\" \"id:" + std::to_string(++id);
    for (int bit = 0; bit < 7; ++bit) text += (chain >> bit) & 1 ? ",t:lowercase" : ",t:trim";
    text += "\"\n";
  };
  for (int chain = 0; chain < 100; ++chain) add(chain);
  for (int chain = 90; chain < 100; ++chain) add(chain);
  const Compiled compiled = compile_text(text);
  ASSERT_EQ(compiled.problems(), "");
  EXPECT_EQ(compiled.set->transform_chains.size(), 101U);
  EXPECT_TRUE(compiled.set->transform_chains[0].empty());
  for (const Rule& rule : compiled.set->rules) {
    EXPECT_EQ(rule.prefilter_item != kNone, rule.chain < 64);
    EXPECT_EQ(compiled.set->transform_chains[rule.chain].transforms().size(), 7U);
  }
  EXPECT_TRUE(has_item(compiled, 91));
  EXPECT_TRUE(has_item(compiled, 110));
  EXPECT_EQ(compiled.rule(91)->chain, compiled.rule(101)->chain);
  EXPECT_EQ(compiled.set->phases[1].item_rule.size(), 63U + 10U);
}

TEST(FirstStage, KnowsEveryStepOfARuleThatLooksAtAll) {
  const Compiled compiled = compile_text(R"(
SecRule ARGS "@rx attack" "id:1,t:none,t:urlDecode,t:lowercase,t:trim,multiMatch"
SecRule ARGS "@rx attack" "id:2,t:none,t:urlDecode,t:lowercase"
)");
  ASSERT_EQ(compiled.problems(), "");
  EXPECT_EQ(std::popcount(compiled.set->chains_of(*compiled.rule(1))), 4);
  EXPECT_EQ(std::popcount(compiled.set->chains_of(*compiled.rule(2))), 1);
  EXPECT_EQ(compiled.set->chains_of(*compiled.rule(1)) & compiled.set->chains_of(*compiled.rule(2)),
            compiled.set->chains_of(*compiled.rule(2)));
}

TEST(FirstStage, PutsRulesBehindSeveralGatesInLaterParts) {
  const Compiled compiled = compile_text(R"(
SecRule ARGS "@rx attack" "id:1"
SecRule TX:level "@lt 1" "id:100,pass,nolog,skipAfter:END"
SecRule ARGS "@rx attack" "id:2"
SecRule TX:level "@lt 2" "id:101,pass,nolog,skipAfter:END"
SecRule ARGS "@rx attack" "id:3"
SecRule TX:a "@rx a" "id:4,chain"
  SecRule ARGS "@rx attack" ""
SecRule TX:level "@lt 3" "id:102,pass,nolog,skipAfter:END"
SecRule ARGS "@rx attack" "id:5"
SecMarker END
SecRule ARGS "@rx attack" "id:6"
)");
  ASSERT_EQ(compiled.problems(), "");
  const Phase& phase = compiled.set->phases[1];
  EXPECT_EQ(phase.item_part, (std::vector<std::uint8_t>{0, 0, 1, 1, 2, 0}));
}

TEST(FirstStage, IsAbsentWhenNotWanted) {
  const Compiled compiled =
      compile_text("SecRule ARGS \"@rx attack\" id:1", {.use_prefilter = false});
  for (const Phase& phase : compiled.set->phases) EXPECT_FALSE(phase.prefilter);
}

}  // namespace
}  // namespace yagura::waf
