// What is wrong with rules, each with its place, its text and its remedy.

#include <gtest/gtest.h>

#include "waf/compile/testing_rules.hpp"

namespace yagura::waf {
namespace {

using testing_rules::compile_text;
using testing_rules::Compiled;

struct Mistake {
  std::string_view text, message;
};
void PrintTo(const Mistake& mistake, std::ostream* out) { *out << mistake.text; }

class RuleMistakes : public ::testing::TestWithParam<Mistake> {};
TEST_P(RuleMistakes, AreErrorsWithPlaceAndRemedy) {
  const Compiled compiled = compile_text(GetParam().text);
  EXPECT_EQ(compiled.problems(), std::string(GetParam().message) + "\n");
  EXPECT_EQ(compiled.set, nullptr);
}
INSTANTIATE_TEST_SUITE_P(
    Compile, RuleMistakes,
    ::testing::Values(
        Mistake{"SecRule ARGS a deny",
                "a.conf:1:1: error: SecRule without an id (hint: every rule needs a number of its "
                "own: id:1000)"},
        Mistake{
            "SecAction pass",
            "a.conf:1:1: error: SecAction without an id (hint: every rule needs a number of its "
            "own: id:1000)"},
        Mistake{"SecAction id:1\n\nSecAction id:1",
                "a.conf:3:1: error: the id 1 is taken by the rule at a.conf:1 (hint: every rule "
                "needs a number of its own)"},
        Mistake{"SecAction id:x",
                "a.conf:1:11: error: a rule's id is a number from 1 on, not \"x\""},
        Mistake{"SecAction id:0",
                "a.conf:1:11: error: a rule's id is a number from 1 on, not \"0\""},
        Mistake{"SecAction \"id:1,id:2\"", "a.conf:1:17: error: a rule has one id"},
        Mistake{"SecRule REQUEST_HEADER:Host a id:1",
                "a.conf:1:9: error: unknown variable \"REQUEST_HEADER\" (hint: did you mean "
                "REQUEST_HEADERS?)"},
        Mistake{
            "SecRule ARGS|STREAM_INPUT_BODY a id:1",
            "a.conf:1:14: error: unknown variable \"STREAM_INPUT_BODY\" (hint: REQUEST_BODY and "
            "RESPONSE_BODY hold the whole bodies)"},
        Mistake{"SecRule REQUEST_URI:foo a id:1",
                "a.conf:1:9: error: REQUEST_URI is a single value and takes no selector"},
        Mistake{"SecRule !ARGS:foo a id:1",
                "a.conf:1:1: error: the rule has no targets to look at (hint: a rule that always "
                "matches is a SecAction)"},
        Mistake{"SecRule XML:///[ a id:1", "a.conf:1:9: error: \"///[\" is no XPath"},
        Mistake{"SecRule XML:/s:order/item a \"id:1,xmlns:t=urn:shop\"",
                "a.conf:1:1: error: the XPath \"/s:order/item\" cannot be evaluated (hint: "
                "declare its prefixes in the same rule: xmlns:soap=http://…)"},
        Mistake{"SecRule XML:/order/s:item a id:1",
                "a.conf:1:1: error: the XPath \"/order/s:item\" cannot be evaluated (hint: "
                "declare its prefixes in the same rule: xmlns:soap=http://…)"},
        Mistake{"SecHttpBlKey a.b",
                "a.conf:1:14: error: SecHttpBlKey takes a key of letters and "
                "digits"},
        Mistake{"SecRule ARGS a id:1\nSecRuleUpdateTargetById 1 2-3",
                "a.conf:2:1: error: SecRuleUpdateTargetById has no targets behind its ids (hint: "
                "write ids, the targets, and the targets that they replace, if any)"},
        Mistake{"SecRule ARGS a id:1\nSecRuleUpdateTargetById 1 !ARGS:a ARGS:b ARGS:c",
                "a.conf:2:1: error: SecRuleUpdateTargetById has too many arguments behind its ids "
                "(hint: write ids, the targets, and the targets that they replace, if any)"},
        Mistake{"SecAction id:1,denny",
                "a.conf:1:16: error: unknown action \"denny\" (hint: did you mean deny?)"},
        Mistake{
            "SecAction id:1,exec:/bin/x",
            "a.conf:1:16: error: the action exec is not supported: the engine starts no scripts"},
        Mistake{"SecAction id:1,append:x",
                "a.conf:1:16: error: the action append is not supported: "
                "responses are inspected, never rewritten"},
        Mistake{"SecAction id:1,proxy:x",
                "a.conf:1:16: error: the action proxy is not supported: where a request goes is "
                "decided by the web server"},
        Mistake{"SecAction id:1,msg",
                "a.conf:1:16: error: the action msg needs a value (hint: write "
                "msg:value)"},
        Mistake{"SecAction id:1,deny:403", "a.conf:1:16: error: the action deny takes no value"},
        Mistake{"SecAction id:1,t:urlDecodUni",
                "a.conf:1:16: error: unknown transformation \"urlDecodUni\" (hint: did you mean "
                "urlDecodeUni?)"},
        Mistake{
            "SecAction id:1,phase:6",
            "a.conf:1:16: error: \"6\" is no phase (hint: 1 to 5, request, response or logging)"},
        Mistake{"SecAction id:1,severity:CRITCAL",
                "a.conf:1:16: error: unknown severity \"CRITCAL\" (hint: did you mean CRITICAL?)"},
        Mistake{"SecAction id:1,severity:9",
                "a.conf:1:16: error: unknown severity \"9\" (hint: 0 to 7, or EMERGENCY, ALERT, "
                "CRITICAL, ERROR, WARNING, NOTICE, INFO, DEBUG)"},
        Mistake{"SecAction id:1,status:no", "a.conf:1:16: error: \"no\" is no status of HTTP"},
        Mistake{"SecAction id:1,skip:0",
                "a.conf:1:16: error: skip takes a number of rules, not \"0\""},
        Mistake{"SecAction id:1,allow:all",
                "a.conf:1:16: error: allow is allow, allow:phase or "
                "allow:request, not \"all\""},
        Mistake{"SecAction id:1,xmlns:x", "a.conf:1:16: error: xmlns takes prefix=URI, not \"x\""},
        Mistake{"SecAction id:1,msg:'%{tx.a'",
                "a.conf:1:16: error: the macro \"%{tx.a\" is not closed by '}'"},
        Mistake{"SecAction id:1,msg:%{MATCHD_VAR}",
                "a.conf:1:16: error: unknown variable in \"%{MATCHD_VAR}\" (hint: did you mean "
                "MATCHED_VAR?)"},
        Mistake{"SecAction id:1,msg:%{REQUEST_URI.a}",
                "a.conf:1:16: error: REQUEST_URI is a single value and has no members: "
                "\"%{REQUEST_URI.a}\""},
        Mistake{
            "SecAction id:1,setvar:score=1",
            "a.conf:1:16: error: \"score\" names no member of a collection (hint: write tx.name)"},
        Mistake{
            "SecAction id:1,setvar:tz.score=1",
            "a.conf:1:16: error: setvar writes to \"tz\", which is no collection that rules can "
            "write (hint: did you mean tx?)"},
        Mistake{"SecAction id:1,setvar:args.a=1",
                "a.conf:1:16: error: setvar writes to \"args\", which is no collection that rules "
                "can write (hint: one of tx, ip, global, session, user, resource)"},
        Mistake{"SecAction id:1,setvar:tx.=1",
                "a.conf:1:16: error: a name is missing behind \"tx.\""},
        Mistake{"SecAction id:1,setvar:!tx.a=1",
                "a.conf:1:16: error: \"!tx.a=1\" both removes and sets"},
        Mistake{"SecAction id:1,initcol:tx=1",
                "a.conf:1:16: error: TX belongs to one transaction and is there without initcol"},
        Mistake{"SecAction id:1,initcol:ip",
                "a.conf:1:16: error: initcol takes collection=key, not \"ip\" (hint: write "
                "initcol:ip=%{REMOTE_ADDR})"},
        Mistake{"SecAction id:1,expirevar:ip.a",
                "a.conf:1:16: error: expirevar takes collection.name=seconds, not \"ip.a\""},
        Mistake{"SecAction id:1,deprecatevar:ip.a=60",
                "a.conf:1:16: error: deprecatevar takes amount/seconds, not \"60\" (hint: write "
                "deprecatevar:ip.score=60/300)"},
        Mistake{"SecAction id:1,deprecatevar:ip.a=60/0",
                "a.conf:1:16: error: deprecatevar takes amount/seconds, not \"60/0\" (hint: write "
                "deprecatevar:ip.score=60/300)"},
        Mistake{"SecAction id:1,deprecatevar:tx.a=60/300",
                "a.conf:1:16: error: TX lives for one transaction: nothing in it is deprecated"},
        Mistake{"SecAction id:1,ctl:ruleEngin=On",
                "a.conf:1:16: error: unknown ctl \"ruleEngin\" (hint: did you mean ruleEngine?)"},
        Mistake{
            "SecAction id:1,ctl:ruleEngine",
            "a.conf:1:16: error: ctl:ruleEngine needs a value (hint: write ctl:ruleEngine=value)"},
        Mistake{
            "SecAction id:1,ctl:ruleEngine=Offf",
            "a.conf:1:16: error: ctl:ruleEngine is On or Off or DetectionOnly, not \"Offf\" (hint: "
            "did you mean Off?)"},
        Mistake{"SecAction id:1,ctl:hashEngine=On",
                "a.conf:1:16: error: ctl:hashEngine cannot be on: hashes in links and forms need "
                "every response to be rewritten, which we do not do"},
        Mistake{
            "SecAction id:1,ctl:auditLogParts=+X",
            "a.conf:1:16: error: ctl:auditLogParts takes parts of the audit log such as +E, not "
            "\"+X\" (hint: the parts are A to K and Z)"},
        Mistake{"SecAction id:1,ctl:requestBodyLimit=1k",
                "a.conf:1:16: error: ctl:requestBodyLimit takes a number, not \"1k\""},
        Mistake{"SecAction id:1,ctl:ruleRemoveById=5-3",
                "a.conf:1:16: error: \"5-3\" is no rule id and no range of ids (hint: write 942100 "
                "or 942100-942190)"},
        Mistake{"SecAction id:1,ctl:ruleRemoveTargetById=5",
                "a.conf:1:16: error: ctl:ruleRemoveTargetById names no target (hint: write "
                "ctl:ruleRemoveTargetById=942100;ARGS:name)"},
        Mistake{
            "SecAction id:1,ctl:ruleRemoveTargetById=5;&ARGS",
            "a.conf:1:16: error: what is removed is a target, not its count (hint: leave out '&')"},
        Mistake{"SecAction id:1,chain",
                "a.conf:1:1: error: this rule's chain is not continued (hint: remove the action "
                "chain, or write the chain's next SecRule behind it)"},
        Mistake{"SecAction id:1,chain\nSecMarker x\nSecRule ARGS a id:2",
                "a.conf:1:1: error: this rule's chain is not continued (hint: remove the action "
                "chain, or write the chain's next SecRule behind it)"},
        Mistake{
            "SecAction id:1,chain\nSecRule ARGS a deny",
            "a.conf:2:16: error: deny may stand in the first rule of a chain only (hint: move it "
            "to the rule that starts the chain)"},
        Mistake{"SecAction id:1,chain\nSecRule ARGS a id:2",
                "a.conf:2:16: error: id may stand in the first rule of a chain only (hint: move it "
                "to the rule that starts the chain)"},
        Mistake{"SecAction id:1,chain,phase:1\nSecRule ARGS a phase:2",
                "a.conf:2:1: error: a chain runs in the phase of its first rule (hint: leave phase "
                "out of the later rules)"},
        Mistake{"SecDefaultAction \"log,deny\"",
                "a.conf:1:1: error: SecDefaultAction without a phase (hint: write SecDefaultAction "
                "\"phase:2,log,auditlog,pass\")"},
        Mistake{"SecDefaultAction \"phase:2,log\"",
                "a.conf:1:1: error: SecDefaultAction without a disruptive action (hint: say what "
                "block does: pass, deny, drop, redirect:URL or allow)"},
        Mistake{
            "SecDefaultAction \"phase:2,deny\"\nSecDefaultAction \"phase:2,pass\"",
            "a.conf:2:1: error: phase 2 has its SecDefaultAction at a.conf:1 already (hint: there "
            "is one for each phase)"},
        Mistake{"SecDefaultAction \"phase:2,deny,id:1\"",
                "a.conf:1:32: error: SecDefaultAction cannot contain id"},
        Mistake{"SecDefaultAction \"phase:2,deny,t:none\"",
                "a.conf:1:32: error: SecDefaultAction cannot contain t:none"},
        Mistake{
            "SecRuleRemoveById 1x",
            "a.conf:1:19: error: \"1x\" is no rule id and no range of ids (hint: write 942100 or "
            "942100-942190)"},
        Mistake{"SecRuleUpdateActionById 1 \"id:2\"",
                "a.conf:1:28: error: SecRuleUpdateActionById cannot change id"},
        Mistake{
            "SecRuleUpdateTargetById 1:x ARGS",
            "a.conf:1:25: error: \"1:x\" is no place in a chain (hint: write id:1 for the second "
            "rule of the chain)"},
        Mistake{"SecAuditLogParts XYZ",
                "a.conf:1:18: error: \"XYZ\" are no parts of the audit log "
                "(hint: the parts are A to K and Z)"},
        Mistake{"SecAuditLogParts BC",
                "a.conf:1:18: error: the parts of the audit log begin with A and end with Z"},
        Mistake{"SecArgumentSeparator ;;",
                "a.conf:1:22: error: SecArgumentSeparator is one character, not \";;\""},
        Mistake{
            "SecGeoLookupDb nowhere.mmdb",
            "a.conf:1:16: error: there is no file \"nowhere.mmdb\" (hint: SecGeoLookupDb names a "
            "MaxMind database (.mmdb))"}));

TEST(Compile, ReportsEveryMistakeAtOnce) {
  const Compiled compiled =
      compile_text("SecRule ARGZ \"@rz a\" \"deny,t:lower,severity:9\"\nSecAction id:1,dney");
  EXPECT_EQ(compiled.diagnostics.error_count(), 6U);
  EXPECT_EQ(compiled.set, nullptr);
}

TEST(Compile, PointsAtThePatternThatDoesNotCompile) {
  for (const std::string_view text :
       {"SecRule ARGS:/a(/ a id:1", "SecRule ARGS|!ARGS:/a(/ a id:1", "SecRuleRemoveByTag a(",
        "SecAction id:1,ctl:ruleRemoveByTag=a(", "SecAuditLogRelevantStatus a(",
        "SecRule ARGS \"@rx a(\" id:1", "SecRule ARGS \"@rz a\" id:1"}) {
    const Compiled compiled = compile_text(text);
    EXPECT_EQ(compiled.diagnostics.error_count(), 1U) << text;
    EXPECT_GT(compiled.diagnostics.list().at(0).column, 1U) << text;
  }
}

TEST(Compile, WarnsWhereOneDisruptiveActionReplacesAnother) {
  const Compiled compiled = compile_text("SecAction id:1,deny,pass");
  EXPECT_EQ(compiled.problems(),
            "a.conf:1:21: warning: pass replaces the disruptive action before it (hint: a rule has "
            "one of them)\n");
  EXPECT_EQ(compiled.rule(1)->disruptive, Disruptive::kPass);
}

TEST(Compile, RefusesMoreChainsOfTransformationsThanItCanNumber) {
  const auto rules = [](int count) {
    std::string text;
    for (int i = 0; i < count; ++i) {
      text += "SecAction \"id:" + std::to_string(i + 1);
      for (int bit = 0; bit < 9; ++bit) text += (i >> bit) & 1 ? ",t:lowercase" : ",t:trim";
      text += "\"\n";
    }
    return text;
  };
  EXPECT_EQ(compile_text(rules(255)).problems(), "");
  EXPECT_EQ(compile_text(rules(256)).problems(),
            "a.conf:256:1: error: more than 256 different chains of transformations in one rule "
            "set\n");
}

}  // namespace
}  // namespace yagura::waf
