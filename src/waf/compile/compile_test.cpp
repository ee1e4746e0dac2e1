#include "waf/compile/compile.hpp"

#include <gtest/gtest.h>

#include "waf/compile/testing_rules.hpp"

namespace yagura::waf {
namespace {

using testing_rules::compile_text;
using testing_rules::Compiled;

// --- Rules and phases

TEST(Compile, PutsRulesIntoTheirPhasesInOrder) {
  const Compiled compiled = compile_text(R"(
SecRule ARGS "@rx a" "id:1,phase:1"
SecRule ARGS "@rx b" "id:2"
SecAction "id:3,phase:response"
SecRule ARGS "@rx c" "id:4,phase:2"
SecRule ARGS "@rx d" "id:5,phase:logging"
)");
  ASSERT_EQ(compiled.problems(), "");
  ASSERT_TRUE(compiled.set);
  const auto& phases = compiled.set->phases;
  EXPECT_EQ(phases[0].steps, (std::vector<std::uint32_t>{0}));
  EXPECT_EQ(phases[1].steps, (std::vector<std::uint32_t>{1, 3}));
  EXPECT_TRUE(phases[2].steps.empty());
  EXPECT_EQ(phases[3].steps, (std::vector<std::uint32_t>{2}));
  EXPECT_EQ(phases[4].steps, (std::vector<std::uint32_t>{4}));
  EXPECT_EQ(compiled.set->rule_count, 5U);
  EXPECT_TRUE(compiled.set->rules[2].targets.empty());
  EXPECT_EQ(compiled.set->rules[2].op, nullptr);
}

TEST(Compile, LinksChainsInThePhaseOfTheirFirstRule) {
  const Compiled compiled = compile_text(R"(
SecRule ARGS "@rx a" "id:1,phase:3,deny,chain"
  SecRule ARGS "@rx b" "chain,setvar:tx.a=1"
  SecRule ARGS "@rx c" "t:none"
SecRule ARGS "@rx d" "id:2,phase:3"
)");
  ASSERT_EQ(compiled.problems(), "");
  const auto& rules = compiled.set->rules;
  EXPECT_EQ(compiled.set->phases[2].steps, (std::vector<std::uint32_t>{0, 3}));
  EXPECT_EQ(rules[0].next_in_chain, 1U);
  EXPECT_EQ(rules[1].next_in_chain, 2U);
  EXPECT_EQ(rules[2].next_in_chain, kNone);
  EXPECT_EQ(rules[2].chain_head, 0U);
  EXPECT_EQ(rules[3].chain_head, 3U);
  EXPECT_EQ(rules[2].phase, 3);
  EXPECT_EQ(rules[1].id, 0U);
  EXPECT_EQ(rules[1].actions.size(), 1U);
}

TEST(Compile, KeepsWhereARuleStands) {
  const Compiled compiled = compile_text("\n\nSecRule ARGS \"@rx a\" \\\n  \"id:1\"");
  EXPECT_EQ(compiled.rule(1)->file, "a.conf");
  EXPECT_EQ(compiled.rule(1)->line, 3U);
  EXPECT_EQ(compiled.rule(1)->text, "SecRule ARGS \"@rx a\" \\\n  \"id:1\"");
}

TEST(Compile, ReadsEveryKindOfMetadata) {
  const Compiled compiled = compile_text(R"(
SecRule ARGS "!@within a b" "id:1,msg:'%{tx.a} here',logdata:'%{MATCHED_VAR}',tag:'a/b',tag:c,severity:CRITICAL,ver:'v/1',rev:2,maturity:3,accuracy:4,capture,multiMatch,status:404,deny,nolog,auditlog,xmlns:x=http://example.org/"
SecAction "id:2,severity:7,skip:3"
)");
  ASSERT_EQ(compiled.problems(), "");
  const Rule& rule = *compiled.rule(1);
  EXPECT_TRUE(rule.negated);
  EXPECT_EQ(rule.op_name, "within");
  EXPECT_EQ(rule.op_argument, "a b");
  ASSERT_EQ(rule.message.pieces.size(), 2U);
  EXPECT_EQ(rule.message.pieces[0].variable, Variable::kTx);
  EXPECT_EQ(rule.message.pieces[0].name, "a");
  EXPECT_EQ(rule.message.pieces[0].slot, compiled.set->tx_slots.at("a"));
  EXPECT_EQ(rule.message.pieces[1].literal, " here");
  EXPECT_EQ(rule.log_data.pieces[0].variable, Variable::kMatchedVar);
  ASSERT_EQ(rule.tags.size(), 2U);
  EXPECT_EQ(rule.tags[1].text, "c");
  EXPECT_EQ(rule.severity, 2);
  EXPECT_EQ(rule.version, "v/1");
  EXPECT_EQ(rule.revision, "2");
  EXPECT_EQ(rule.maturity, "3");
  EXPECT_EQ(rule.accuracy, "4");
  EXPECT_TRUE(rule.capture);
  EXPECT_TRUE(rule.multi_match);
  EXPECT_EQ(rule.status, 404);
  EXPECT_EQ(rule.disruptive, Disruptive::kDeny);
  EXPECT_FALSE(rule.log);
  EXPECT_TRUE(rule.audit_log);
  EXPECT_EQ(rule.xml_namespaces.at(0).second, "http://example.org/");
  EXPECT_EQ(compiled.rule(2)->severity, 7);
  EXPECT_EQ(compiled.rule(2)->skip, 3U);
}

}  // namespace
}  // namespace yagura::waf
