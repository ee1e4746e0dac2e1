// What each part of a rule becomes.

#include <gtest/gtest.h>

#include "waf/compile/testing_rules.hpp"

namespace yagura::waf {
namespace {

using testing_rules::compile_text;
using testing_rules::Compiled;

// --- Targets

TEST(RuleTargets, HaveSelectorsOfEveryKind) {
  const Compiled compiled = compile_text(
      "SecRule ARGS|&ARGS:Foo|REQUEST_COOKIES:/^_GA/|XML:/*|TX:Score|ENV:PATH \"@rx a\" id:1");
  ASSERT_EQ(compiled.problems(), "");
  const auto& targets = compiled.rule(1)->targets;
  ASSERT_EQ(targets.size(), 6U);
  EXPECT_EQ(targets[0].selector.kind, Selector::Kind::kAll);
  EXPECT_TRUE(targets[1].count);
  EXPECT_EQ(targets[1].selector.kind, Selector::Kind::kName);
  EXPECT_EQ(targets[1].selector.name, "foo");
  EXPECT_EQ(targets[2].selector.kind, Selector::Kind::kRegex);
  EXPECT_EQ(targets[2].selector.pattern->match("_ga_1", nullptr), OperatorResult::kMatch);
  EXPECT_EQ(targets[3].selector.kind, Selector::Kind::kXPath);
  EXPECT_EQ(targets[3].selector.name, "/*");
  EXPECT_EQ(targets[4].selector.slot, compiled.set->tx_slots.at("score"));
  EXPECT_EQ(targets[5].selector.name, "PATH");
}

TEST(RuleTargets, CarryTheExclusionsOfTheirVariable) {
  const Compiled compiled =
      compile_text("SecRule ARGS|!ARGS:a|REQUEST_URI|!ARGS:/b/|!REQUEST_COOKIES:c \"@rx a\" id:1");
  ASSERT_EQ(compiled.problems(), "");
  const auto& targets = compiled.rule(1)->targets;
  ASSERT_EQ(targets.size(), 2U);
  ASSERT_EQ(targets[0].exclusions.size(), 2U);
  EXPECT_EQ(targets[0].exclusions[0].name, "a");
  EXPECT_EQ(targets[0].exclusions[1].kind, Selector::Kind::kRegex);
  EXPECT_TRUE(targets[1].exclusions.empty());
}

TEST(RuleTargets, OfTxShareTheirSlotsWhateverTheirCase) {
  const Compiled compiled = compile_text(R"(
SecRule TX:Score "@gt %{tx.LIMIT}" "id:1,setvar:tx.SCORE=+1"
SecRule TX:1 "@eq 1" "id:2,msg:'%{tx.9}'"
)");
  ASSERT_EQ(compiled.problems(), "");
  const std::uint32_t slot = compiled.set->tx_slots.at("score");
  EXPECT_EQ(compiled.rule(1)->targets[0].selector.slot, slot);
  EXPECT_EQ(compiled.rule(1)->actions[0].slot, slot);
  EXPECT_EQ(compiled.rule(1)->op_macro->pieces[0].slot, compiled.set->tx_slots.at("limit"));
  EXPECT_EQ(compiled.rule(2)->targets[0].selector.slot, 1U);
  EXPECT_EQ(compiled.rule(2)->message.pieces[0].slot, 9U);
  EXPECT_EQ(compiled.set->tx_names[slot], "score");
}

// --- Operators

TEST(RuleOperators, KeepTextThatOnlyLooksLikeAMacroInPatterns) {
  const Compiled compiled = compile_text("SecRule ARGS \"@rx [$%]%{foo}\" id:1");
  ASSERT_EQ(compiled.problems(), "");
  EXPECT_FALSE(compiled.rule(1)->op_macro);
}

TEST(RuleOperators, OfPatternsMayHoldMacros) {
  const Compiled compiled = compile_text("SecRule ARGS \"@rx ^%{tx.a}$\" id:1");
  ASSERT_EQ(compiled.problems(), "");
  ASSERT_TRUE(compiled.rule(1)->op_macro);
  EXPECT_EQ(compiled.rule(1)->op_macro->pieces.size(), 3U);
}

// --- SecDefaultAction

TEST(DefaultActions, SayWhatBlockDoes) {
  const Compiled compiled = compile_text(R"(
SecDefaultAction "phase:1,log,auditlog,deny,status:429"
SecDefaultAction "phase:2,nolog,redirect:'http://example.org/%{tx.a}',tag:site"
SecAction "id:1,phase:1,block"
SecAction "id:2,phase:1,block,status:401"
SecAction "id:3,phase:1"
SecAction "id:4,phase:2,block,log"
SecAction "id:5,phase:3,block"
)");
  ASSERT_EQ(compiled.problems(), "");
  EXPECT_EQ(compiled.rule(1)->disruptive, Disruptive::kDeny);
  EXPECT_TRUE(compiled.rule(1)->block_by_default);
  EXPECT_EQ(compiled.rule(1)->status, 429);
  EXPECT_EQ(compiled.rule(2)->status, 401);
  EXPECT_EQ(compiled.rule(3)->disruptive, Disruptive::kPass);
  EXPECT_FALSE(compiled.rule(3)->block_by_default);
  EXPECT_EQ(compiled.rule(4)->disruptive, Disruptive::kRedirect);
  EXPECT_EQ(compiled.rule(4)->status, 302);
  EXPECT_EQ(compiled.rule(4)->redirect.pieces.size(), 2U);
  EXPECT_TRUE(compiled.rule(4)->log);
  EXPECT_EQ(compiled.rule(4)->tags.at(0).text, "site");
  EXPECT_EQ(compiled.rule(5)->disruptive, Disruptive::kPass);
}

TEST(DefaultActions, ComeBeforeTheRulesOwnAndNoneEmptiesTransformations) {
  const Compiled compiled = compile_text(R"(
SecDefaultAction "phase:2,pass,nolog,t:lowercase,t:trim"
SecRule ARGS "@rx a" "id:1,t:urlDecode"
SecRule ARGS "@rx a" "id:2,t:none,t:urlDecode,chain"
  SecRule ARGS "@rx a" ""
SecRule ARGS "@rx a" "id:3,t:none"
)");
  ASSERT_EQ(compiled.problems(), "");
  const RuleSet& set = *compiled.set;
  const auto chain = [&](const Rule& rule) { return set.transform_chains[rule.chain].to_string(); };
  EXPECT_EQ(chain(set.rules[0]), "lowercase,trim,urlDecode");
  EXPECT_EQ(chain(set.rules[1]), "urlDecode");
  EXPECT_EQ(chain(set.rules[2]), "lowercase,trim");
  EXPECT_EQ(set.rules[3].chain, 0);
  EXPECT_FALSE(set.rules[0].log);
  EXPECT_EQ(set.transform_chains.size(), 4U);
}

// --- Logging

TEST(Logging, FollowsTheOrderOfItsActions) {
  const Compiled compiled = compile_text(R"(
SecAction "id:1"
SecAction "id:2,nolog"
SecAction "id:3,nolog,auditlog"
SecAction "id:4,log,noauditlog"
SecAction "id:5,noauditlog,log"
)");
  const auto flags = [&](RuleId id) {
    return std::pair(compiled.rule(id)->log, compiled.rule(id)->audit_log);
  };
  EXPECT_EQ(flags(1), std::pair(true, true));
  EXPECT_EQ(flags(2), std::pair(false, false));
  EXPECT_EQ(flags(3), std::pair(false, true));
  EXPECT_EQ(flags(4), std::pair(true, false));
  EXPECT_EQ(flags(5), std::pair(true, true));
}

// --- setvar and its kin

struct SetVarCase {
  std::string_view text;
  Variable collection;
  std::string_view name;
  RuleAction::SetOp op;
  std::string_view value;
  bool literal_name;
};
void PrintTo(const SetVarCase& each, std::ostream* out) { *out << each.text; }
class SetVar : public ::testing::TestWithParam<SetVarCase> {};
TEST_P(SetVar, IsReadInAllItsForms) {
  const SetVarCase& each = GetParam();
  const Compiled compiled =
      compile_text("SecAction \"id:1,setvar:'" + std::string(each.text) + "'\"");
  ASSERT_EQ(compiled.problems(), "");
  const RuleAction& action = compiled.rule(1)->actions.at(0);
  EXPECT_EQ(action.kind, ActionKind::kSetVar);
  EXPECT_EQ(action.collection, each.collection);
  EXPECT_EQ(action.name.text, each.name);
  EXPECT_EQ(action.set_op, each.op);
  EXPECT_EQ(action.value.text, each.value);
  EXPECT_EQ(action.name.is_literal(), each.literal_name);
  EXPECT_EQ(action.slot != kNone, each.literal_name && each.collection == Variable::kTx);
}
using SetOp = RuleAction::SetOp;
INSTANTIATE_TEST_SUITE_P(
    Compile, SetVar,
    ::testing::Values(SetVarCase{"tx.a=5", Variable::kTx, "a", SetOp::kAssign, "5", true},
                      SetVarCase{"TX.a", Variable::kTx, "a", SetOp::kAssign, "1", true},
                      SetVarCase{"!tx.a", Variable::kTx, "a", SetOp::kUnset, "", true},
                      SetVarCase{"tx.a=+%{tx.b}", Variable::kTx, "a", SetOp::kAdd, "%{tx.b}", true},
                      SetVarCase{"tx.a=-1", Variable::kTx, "a", SetOp::kSubtract, "1", true},
                      SetVarCase{"tx.a=", Variable::kTx, "a", SetOp::kAssign, "", true},
                      SetVarCase{"tx.%{rule.id}-x=a=b", Variable::kTx, "%{rule.id}-x",
                                 SetOp::kAssign, "a=b", false},
                      SetVarCase{"tx.a.b=1", Variable::kTx, "a.b", SetOp::kAssign, "1", true},
                      SetVarCase{"ip.count=+1", Variable::kIp, "count", SetOp::kAdd, "1", true},
                      SetVarCase{"session.%{tx.a}=.%{tx.1}/", Variable::kSession, "%{tx.a}",
                                 SetOp::kAssign, ".%{tx.1}/", false},
                      SetVarCase{"global.a=1", Variable::kGlobal, "a", SetOp::kAssign, "1", true},
                      SetVarCase{"user.a=1", Variable::kUser, "a", SetOp::kAssign, "1", true},
                      SetVarCase{"resource.a=1", Variable::kResource, "a", SetOp::kAssign, "1",
                                 true}));

TEST(SetVar, LowersNamesSoThatCaseDoesNotCount) {
  const Compiled compiled =
      compile_text("SecAction \"id:1,setvar:tx.%{rule.id}-X=1,setvar:ip.A=1\"");
  EXPECT_EQ(compiled.rule(1)->actions[0].name.pieces.at(1).literal, "-x");
  EXPECT_EQ(compiled.rule(1)->actions[1].name.pieces.at(0).literal, "a");
}

TEST(OtherActions, AreReadWithTheirValues) {
  const Compiled compiled = compile_text(R"(
SecAction "id:1,initcol:ip=%{REMOTE_ADDR}_%{tx.a},expirevar:'ip.a=%{tx.t}',deprecatevar:session.b=60/300,setenv:x=%{tx.a},setenv:!y,setuid:%{tx.u},setsid:%{tx.s},setrsc:r,sanitiseArg:password,sanitizeRequestHeader:Authorization,sanitiseMatched,sanitiseMatchedBytes:1/4,sanitiseResponseHeader:Set-Cookie,capture"
)");
  ASSERT_EQ(compiled.problems(), "");
  const auto& actions = compiled.rule(1)->actions;
  std::vector<ActionKind> kinds;
  for (const RuleAction& each : actions) kinds.push_back(each.kind);
  using enum ActionKind;
  EXPECT_EQ(kinds, (std::vector<ActionKind>{kInitCollection, kExpireVar, kDeprecateVar, kSetEnv,
                                            kSetEnv, kSetUid, kSetSid, kSetRsc, kSanitiseArg,
                                            kSanitiseRequestHeader, kSanitiseMatched,
                                            kSanitiseMatchedBytes, kSanitiseResponseHeader}));
  EXPECT_EQ(actions[0].collection, Variable::kIp);
  EXPECT_EQ(actions[0].value.pieces.size(), 3U);
  EXPECT_EQ(actions[1].name.text, "a");
  EXPECT_EQ(actions[2].value.text, "60/300");
  EXPECT_EQ(actions[4].set_op, SetOp::kUnset);
  EXPECT_EQ(actions[8].value.text, "password");
  EXPECT_TRUE(compiled.rule(1)->capture);
}

TEST(Disruption, HasAllItsForms) {
  const Compiled compiled = compile_text(R"(
SecAction "id:1,allow"
SecAction "id:2,allow:phase"
SecAction "id:3,allow:request"
SecAction "id:4,drop"
SecAction "id:5,redirect:http://a/,status:307"
SecAction "id:6,redirect:http://a/,status:403"
)");
  ASSERT_EQ(compiled.problems(), "");
  EXPECT_EQ(compiled.rule(1)->disruptive, Disruptive::kAllow);
  EXPECT_EQ(compiled.rule(2)->disruptive, Disruptive::kAllowPhase);
  EXPECT_EQ(compiled.rule(3)->disruptive, Disruptive::kAllowRequest);
  EXPECT_EQ(compiled.rule(4)->disruptive, Disruptive::kDrop);
  EXPECT_EQ(compiled.rule(5)->status, 307);
  EXPECT_EQ(compiled.rule(6)->status, 302);
}

// --- ctl

TEST(Disruption, WithAStatusThatIsNoneAnswersTheDefaults) {
  for (const std::string_view status : {"44", "0", "600"}) {
    const auto compiled = compile_text("SecAction \"id:1,deny,status:" + std::string(status) + '"');
    ASSERT_NE(compiled.set, nullptr) << compiled.problems();
    EXPECT_NE(compiled.problems().find("is no status of HTTP"), std::string::npos);
    EXPECT_EQ(compiled.rule(1)->status, 403) << status;
  }
}

TEST(Ctl, OfTargetsNamesRulesAndWhatIsRemoved) {
  const Compiled compiled = compile_text(R"(
SecAction "id:1,ctl:ruleRemoveTargetById=942100-942190;ARGS:foo,ctl:ruleRemoveTargetByTag=attack;REQUEST_COOKIES:/^_ga/,ctl:ruleRemoveTargetByMsg=SQL;ARGS"
)");
  ASSERT_EQ(compiled.problems(), "");
  const auto& actions = compiled.rule(1)->actions;
  ASSERT_EQ(actions.size(), 3U);
  EXPECT_EQ(actions[0].ctl, CtlKind::kRuleRemoveTargetById);
  EXPECT_EQ(actions[0].ids.at(0).first, 942100U);
  EXPECT_EQ(actions[0].ids.at(0).last, 942190U);
  EXPECT_EQ(actions[0].collection, Variable::kArgs);
  EXPECT_EQ(actions[0].target.selector.name, "foo");
  EXPECT_EQ(actions[1].target.selector.kind, Selector::Kind::kRegex);
  EXPECT_EQ(actions[2].target.selector.kind, Selector::Kind::kAll);
}

TEST(Ctl, ByTagAndMessageIsResolvedToIdsAtLoad) {
  const Compiled compiled = compile_text(R"(
SecAction "id:1,ctl:ruleRemoveByTag=^attack,ctl:'ruleRemoveByMsg=SQL (a)',ctl:ruleRemoveTargetByTag=nothing;ARGS"
SecAction "id:30,tag:attack-sqli,msg:'SQL (a)'"
SecAction "id:10,tag:attack-xss"
SecAction "id:20,tag:x,tag:attack/rce"
SecAction "id:40,tag:no-attack"
SecAction "id:50,tag:attack-lfi"
)");
  ASSERT_EQ(compiled.problems(), "");
  const auto& actions = compiled.rule(1)->actions;
  ASSERT_EQ(actions[0].ids.size(), 2U);
  EXPECT_EQ(actions[0].ids[0].first, 10U);
  EXPECT_EQ(actions[0].ids[0].last, 30U);
  EXPECT_EQ(actions[0].ids[1].first, 50U);
  EXPECT_EQ(actions[0].ids[1].last, 50U);
  ASSERT_EQ(actions[1].ids.size(), 1U);
  EXPECT_EQ(actions[1].ids[0].first, 30U);
  EXPECT_TRUE(actions[2].ids.empty());
}

TEST(Ctl, HasAllItsOtherForms) {
  const Compiled compiled = compile_text(R"(
SecAction "id:1,ctl:ruleEngine=detectiononly,ctl:auditEngine=RelevantOnly,ctl:auditLogParts=+E,ctl:forceRequestBodyVariable=On,ctl:requestBodyAccess=Off,ctl:requestBodyLimit=100,ctl:requestBodyProcessor=json,ctl:responseBodyAccess=On,ctl:responseBodyLimit=5,ctl:ruleRemoveById=1-5,ctl:hashEngine=Off,ctl:parseXmlIntoArgs=onlyargs"
)");
  ASSERT_EQ(compiled.problems(), "");
  const auto& actions = compiled.rule(1)->actions;
  ASSERT_EQ(actions.size(), 11U);
  EXPECT_EQ(actions[0].value.text, "DetectionOnly");
  EXPECT_EQ(actions[2].value.text, "+E");
  EXPECT_EQ(actions[6].value.text, "JSON");
  EXPECT_EQ(actions[9].ids.at(0).last, 5U);
  EXPECT_EQ(actions[10].value.text, "OnlyArgs");
}

// --- Jumps

TEST(Jumps, LeadBehindTheMarkerInThePhaseOfTheRule) {
  const Compiled compiled = compile_text(R"(
SecMarker END
SecAction "id:1,phase:1,skipAfter:END"
SecAction "id:2,phase:1"
SecAction "id:3,phase:2,skipAfter:END"
SecAction "id:4,phase:2"
SecMarker END
SecAction "id:5,phase:1"
SecAction "id:6,phase:2"
SecMarker END
)");
  ASSERT_EQ(compiled.problems(), "");
  EXPECT_EQ(compiled.rule(1)->skip_after, 2U);
  EXPECT_EQ(compiled.rule(3)->skip_after, 2U);
  EXPECT_EQ(compiled.rule(2)->skip_after, kNone);
}

TEST(Jumps, ToAMarkerThatDoesNotFollowEndThePhase) {
  const Compiled compiled = compile_text(R"(
SecMarker END
SecAction "id:1,skipAfter:END"
SecAction "id:2"
SecAction "id:3"
)");
  EXPECT_EQ(compiled.rule(1)->skip_after, 3U);
}

TEST(Jumps, MayNameARuleByItsId) {
  const Compiled compiled = compile_text(R"(
SecAction "id:1,skipAfter:3"
SecAction "id:2"
SecAction "id:3"
SecAction "id:4"
)");
  EXPECT_EQ(compiled.rule(1)->skip_after, 3U);
}

// --- Exceptions

TEST(Exceptions, RemoveRulesByIdTagAndMessageWhereverTheyStand) {
  const Compiled compiled = compile_text(R"x(
SecRuleRemoveById 1 "5-6, 8"
SecAction "id:1"
SecAction "id:2"
SecAction "id:3,tag:a,tag:attack-x"
SecAction "id:4,msg:'Some (text)'"
SecAction "id:5"
SecAction "id:6,chain"
  SecRule ARGS "@rx a" ""
SecAction "id:7,skipAfter:8"
SecAction "id:8"
SecAction "id:9"
SecRuleRemoveByTag ^attack
SecRuleRemoveByMsg "Some (text)"
)x");
  ASSERT_EQ(compiled.problems(), "");
  ASSERT_EQ(compiled.set->rules.size(), 3U);
  EXPECT_EQ(compiled.set->rule_count, 3U);
  EXPECT_TRUE(compiled.rule(2));
  EXPECT_EQ(compiled.rule(7)->skip_after, 2U);
  EXPECT_TRUE(compiled.rule(9));
}

TEST(Exceptions, AddAndExcludeTargets) {
  const Compiled compiled = compile_text(R"(
SecRuleUpdateTargetById 1 "!ARGS:foo|REQUEST_URI"
SecRuleUpdateTargetById 2:1 "!ARGS:bar"
SecRuleUpdateTargetByTag ^a$ "!ARGS:baz"
SecRuleUpdateTargetByMsg hello "ARGS_NAMES" "ARGS"
SecRule ARGS "@rx a" "id:1,tag:a"
SecRule ARGS "@rx a" "id:2,chain"
  SecRule ARGS "@rx a" "chain"
  SecRule ARGS "@rx a" ""
SecRule ARGS|!ARGS:x|REQUEST_URI "@rx a" "id:3,msg:'oh hello'"
)");
  ASSERT_EQ(compiled.problems(), "");
  const auto& rules = compiled.set->rules;
  ASSERT_EQ(rules[0].targets.size(), 2U);
  ASSERT_EQ(rules[0].targets[0].exclusions.size(), 2U);
  EXPECT_EQ(rules[0].targets[0].exclusions[0].name, "foo");
  EXPECT_EQ(rules[0].targets[0].exclusions[1].name, "baz");
  EXPECT_EQ(rules[0].targets[1].variable, Variable::kRequestUri);
  EXPECT_TRUE(rules[1].targets[0].exclusions.empty());
  EXPECT_EQ(rules[2].targets[0].exclusions.size(), 1U);
  EXPECT_TRUE(rules[3].targets[0].exclusions.empty());
  ASSERT_EQ(rules[4].targets.size(), 2U);
  EXPECT_EQ(rules[4].targets[1].variable, Variable::kArgsNames);
}

TEST(Exceptions, OfTargetsMayNameSeveralRules) {
  const auto compiled = compile_text(
      "SecRule ARGS a id:10\nSecRule ARGS a id:12\nSecRule ARGS a id:20\n"
      "SecRuleUpdateTargetById 10-11 20 !ARGS:text");
  ASSERT_EQ(compiled.problems(), "");
  EXPECT_EQ(compiled.rule(10)->targets[0].exclusions.size(), 1U);
  EXPECT_EQ(compiled.rule(12)->targets[0].exclusions.size(), 0U);
  EXPECT_EQ(compiled.rule(20)->targets[0].exclusions.size(), 1U);
}

TEST(RuleTargets, MayBeXPathsWithTheRulesOwnPrefixes) {
  const auto compiled =
      compile_text("SecRule XML:/s:order/s:item/@id|XML://note a \"id:1,xmlns:s=urn:shop\"");
  ASSERT_EQ(compiled.problems(), "");
  EXPECT_EQ(compiled.rule(1)->targets[0].selector.kind, Selector::Kind::kXPath);
  EXPECT_TRUE(compiled.set->options.request_limits.need_xml_document);
}

TEST(Exceptions, ReplaceActionsOfTheirKindAndAddOthers) {
  const Compiled compiled = compile_text(R"(
SecRuleUpdateActionById 1 "pass,msg:new,setvar:tx.b=1,nolog"
SecRuleUpdateActionById 2:1 "t:none,setvar:tx.c=1"
SecRule ARGS "@rx a" "id:1,phase:1,deny,msg:old,setvar:tx.a=1,t:lowercase"
SecRule ARGS "@rx a" "id:2,chain"
  SecRule ARGS "@rx a" "t:lowercase"
)");
  ASSERT_EQ(compiled.problems(), "");
  const auto& rules = compiled.set->rules;
  EXPECT_EQ(rules[0].disruptive, Disruptive::kPass);
  EXPECT_EQ(rules[0].message.text, "new");
  EXPECT_EQ(rules[0].actions.size(), 2U);
  EXPECT_FALSE(rules[0].log);
  EXPECT_EQ(rules[0].phase, 1);
  EXPECT_NE(rules[0].chain, 0);
  EXPECT_EQ(rules[2].chain, 0);
  EXPECT_EQ(rules[2].actions.size(), 1U);
}

// --- Shadow rules, needs, fingerprint

TEST(Shadow, IsSetByIdRangeAndTagForWholeChains) {
  const Compiled compiled = compile_text(R"(
SecAction "id:1"
SecAction "id:2,chain"
  SecRule ARGS "@rx a" ""
SecAction "id:3,tag:attack-sqli"
SecAction "id:4"
)",
                                         {.shadow_ids = {{2, 2}}, .shadow_tags = {"attack-sqli"}});
  std::vector<bool> shadow;
  for (const Rule& rule : compiled.set->rules) shadow.push_back(rule.shadow);
  EXPECT_EQ(shadow, (std::vector<bool>{false, true, true, true, false}));
}

TEST(Needs, AreOfTheBodiesThatRulesLookInto) {
  const auto needs = [](std::string_view text) {
    const Compiled compiled = compile_text(text);
    EXPECT_EQ(compiled.problems(), "");
    return std::pair(compiled.set->needs_request_body, compiled.set->needs_response_body);
  };
  EXPECT_EQ(needs("SecRule REQUEST_HEADERS \"@rx a\" id:1"), std::pair(false, false));
  EXPECT_EQ(needs("SecRule ARGS \"@rx a\" id:1,phase:1"), std::pair(false, false));
  EXPECT_EQ(needs("SecRule ARGS \"@rx a\" id:1,phase:2"), std::pair(true, false));
  EXPECT_EQ(needs("SecAction \"id:1,msg:'%{REQUEST_BODY}'\""), std::pair(true, false));
  EXPECT_EQ(needs("SecRule RESPONSE_BODY \"@rx a\" id:1,phase:4"), std::pair(false, true));
  EXPECT_EQ(needs("SecRule RESPONSE_BODY \"@rx a\" id:1,phase:3"), std::pair(false, false));
}

TEST(Needs, SayWhatBodyReadersKeep) {
  EXPECT_TRUE(compile_text("SecRule FILES_TMP_CONTENT \"@rx a\" id:1")
                  .set->options.request_limits.keep_file_content);
  EXPECT_TRUE(compile_text("SecRule XML:/a/b \"@rx a\" id:1")
                  .set->options.request_limits.need_xml_document);
  const Compiled neither = compile_text("SecRule XML:/*|XML://@* \"@rx a\" id:1");
  EXPECT_FALSE(neither.set->options.request_limits.need_xml_document);
  EXPECT_FALSE(neither.set->options.request_limits.keep_file_content);
}

TEST(Fingerprint, ChangesWithEveryTextAndWithNothingElse) {
  const auto print = [](std::string_view text, const CompileOptions& options = {}) {
    return compile_text(text, options).set->fingerprint;
  };
  const std::string first = print("SecAction id:1");
  EXPECT_EQ(first.size(), 32U);
  EXPECT_EQ(first, print("\n# comment\nSecAction id:1\n", {.use_prefilter = false}));
  EXPECT_NE(first, print("SecAction id:2"));
  EXPECT_NE(first, print("SecAction id:1\nSecMarker a"));
  EXPECT_NE(first, print("SecAction id:1\nSecRuleEngine On"));
  EXPECT_NE(first, print("SecAction id:1", {.shadow_ids = {{1, 1}}}));
}

}  // namespace
}  // namespace yagura::waf
