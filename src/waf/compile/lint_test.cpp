#include "waf/compile/lint.hpp"

#include <gtest/gtest.h>

#include "waf/compile/compile.hpp"
#include "waf/seclang/parse.hpp"

namespace yagura::waf {
namespace {

// What lint says of rules that compile without complaint, "-" where it says nothing.
std::string warnings(std::string_view text) {
  Diagnostics diagnostics;
  const auto document = seclang::parse_text(text, "a.conf", "/nonexistent", diagnostics);
  const auto set = compile(document, {.use_prefilter = false}, diagnostics);
  EXPECT_TRUE(diagnostics.list().empty()) << to_string(diagnostics.list()[0]);
  lint(document, set.get(), diagnostics);
  std::string result;
  for (const Diagnostic& each : diagnostics.list()) result += to_string(each) + "\n";
  if (result.empty()) return "-";
  result.pop_back();
  return result;
}

struct LintCase {
  std::string_view warned, message, fine;
};
void PrintTo(const LintCase& each, std::ostream* out) { *out << each.warned; }
class Lint : public ::testing::TestWithParam<LintCase> {};
TEST_P(Lint, WarnsOfOneAndNotOfTheOther) {
  EXPECT_EQ(warnings(GetParam().warned), GetParam().message);
  EXPECT_EQ(warnings(GetParam().fine), "-");
}
INSTANTIATE_TEST_SUITE_P(
    Compile, Lint,
    ::testing::Values(
        LintCase{
            "SecAction id:1,chain,skipAfter:END\nSecRule ARGS \"@rx a\" \"\"\nSecAction id:2",
            "a.conf:1:22: warning: no SecMarker \"END\" follows (hint: as it stands this skips "
            "the rest of the phase)",
            "SecAction id:1,chain,skipAfter:END\nSecRule ARGS \"@rx a\" \"\"\nSecMarker END"},
        LintCase{"SecMarker END\nSecRule ARGS \"@rx a\" id:1,skipAfter:END",
                 "a.conf:2:27: warning: no SecMarker \"END\" follows, only one before this rule "
                 "(hint: as it stands this skips the rest of the phase)",
                 "SecMarker END\nSecRule ARGS \"@rx a\" id:1,skipAfter:END\nSecMarker END"},
        LintCase{"SecAction id:1\nSecRuleRemoveById 2",
                 "a.conf:2:1: warning: SecRuleRemoveById changes nothing: no rule has the id 2",
                 "SecAction id:1\nSecAction id:7\nSecRuleRemoveById 5-9"},
        LintCase{"SecAction id:1\nSecRuleUpdateTargetById 3-5 ARGS",
                 "a.conf:2:1: warning: SecRuleUpdateTargetById changes nothing: no rule has an id "
                 "from 3 to 5",
                 "SecRule ARGS \"@rx a\" id:1\nSecRuleUpdateTargetById 1 !ARGS:a"},
        LintCase{
            "SecAction id:1,ctl:ruleRemoveTargetById=2;ARGS",
            "a.conf:1:16: warning: ctl:ruleRemoveTargetById changes nothing: no rule has the id "
            "2",
            "SecAction id:1,ctl:ruleRemoveTargetById=2;ARGS\nSecAction id:2"},
        LintCase{"SecRule ARGS \"@rx a\" id:1,t:lowercase,t:none",
                 "a.conf:1:39: warning: t:none discards t:lowercase before it (hint: put t:none "
                 "first)",
                 "SecRule ARGS \"@rx a\" id:1,t:none,t:lowercase"},
        LintCase{"SecRule ARGS|!ARGS_NAMES:a \"@rx a\" id:1",
                 "a.conf:1:14: warning: nothing is excluded: the rule does not look at ARGS_NAMES",
                 "SecRule ARGS|!ARGS:a \"@rx a\" id:1"},
        LintCase{
            "SecRule ARGS \"@streq Admin\" id:1,t:lowercase",
            "a.conf:1:15: warning: @streq \"Admin\" has capitals, and t:lowercase leaves none in "
            "the value (hint: write the argument in lower case)",
            "SecRule ARGS \"@streq Admin\" id:1,t:lowercase,t:urlDecode"},
        LintCase{"SecAction id:1,tag:paranoia-level/2,setvar:tx.score_pl1=+1\nSecRule TX:score_pl1 "
                 "\"@eq 1\" id:2",
                 "a.conf:1:37: warning: the rule is tagged paranoia-level/2 and counts for level 1 "
                 "(hint: it is missing from the score of its own level)",
                 "SecAction id:1,tag:paranoia-level/2,setvar:tx.score_pl2=+1\nSecRule TX:score_pl2 "
                 "\"@eq 1\" id:2"},
        LintCase{"SecAction id:1,allow:phase,nolog\nSecAction id:2",
                 "a.conf:2:1: warning: rule 2 is never reached: rule 1 at line 1 always ends the "
                 "phase",
                 "SecAction id:1,allow:phase,nolog,phase:1\nSecAction id:2"},
        LintCase{
            "SecAction id:1,skipAfter:END\nSecAction id:2\nSecMarker END",
            "a.conf:2:1: warning: rule 2 is never reached: rule 1 at line 1 always skips it",
            "SecRule ARGS \"@rx a\" id:3,skipAfter:IN\nSecAction id:1,skipAfter:END\nSecMarker "
            "IN\nSecAction id:2\nSecMarker END"},
        LintCase{
            "SecRule FILES \"@rx a\" id:1,phase:1",
            "a.conf:1:1: warning: rule 1 runs in phase 1, and FILES is not there before phase 2 "
            "(hint: write phase:2)",
            "SecRule ARGS \"@rx a\" id:1,phase:1"},
        LintCase{
            "SecRule RESPONSE_BODY \"@rx a\" id:1,phase:3",
            "a.conf:1:1: warning: rule 1 runs in phase 3, and RESPONSE_BODY is not there before "
            "phase 4 (hint: write phase:4)",
            "SecRule RESPONSE_HEADERS \"@rx a\" id:1,phase:3"},
        LintCase{
            "SecRule ARGS \"@rx a\" id:1,deny",
            "a.conf:1:1: warning: rule 1 can block and has no msg (hint: whoever is blocked asks "
            "why)",
            "SecRule ARGS \"@rx a\" id:1,deny,nolog"},
        LintCase{
            "SecRule ARGS \"@rx a\" id:1,block,msg:x",
            "a.conf:1:1: warning: rule 1 can block and has no severity (hint: HIGHEST_SEVERITY "
            "and alerts go by it)",
            "SecRule ARGS \"@rx a\" id:1,block,msg:x,severity:2\nSecAction id:2,deny,msg:x"},
        LintCase{
            "SecRule ARGS \"@rx (a)\" id:1,logdata:%{TX.1}",
            "a.conf:1:1: warning: rule 1 uses what it does not capture (hint: add the action "
            "capture)",
            "SecRule ARGS \"@rx (a)\" \"id:1,chain,logdata:%{TX.1}\"\nSecRule ARGS \"@rx (b)\" "
            "capture"},
        LintCase{
            "SecRule ARGS \"@rx (?<!a)b\" id:1",
            "a.conf:1:1: warning: the pattern of rule 1 is not linear: lookaround, back "
            "references or the like (hint: where it takes more than SecPcreMatchLimit steps the "
            "rule is not evaluated)",
            "SecRule ARGS \"@rx ab\" id:1"},
        LintCase{"SecRule TX:scroe \"@eq 1\" id:1",
                 "a.conf:1:1: warning: TX:scroe is read here and set nowhere",
                 "SecRule &TX:score|TX:score \"@eq 0\" id:1\nSecRule TX:made_up \"@eq 1\" "
                 "id:2,setvar:tx.made_%{rule.id}=1"},
        LintCase{"SecAction id:1,setvar:tx.unused=1",
                 "a.conf:1:1: warning: TX:unused is set here and read nowhere",
                 "SecAction id:1,setvar:tx.used=1\nSecRule TX:/^us/ \"@eq 1\" id:2"}));

TEST(Lint, OfADocumentAloneLeavesOutWhatNeedsRules) {
  Diagnostics diagnostics;
  const auto document =
      seclang::parse_text("SecRule FILES \"@rx a\" id:1,phase:1,t:lowercase,t:none", "a.conf",
                          "/nonexistent", diagnostics);
  lint(document, nullptr, diagnostics);
  EXPECT_EQ(diagnostics.list().size(), 1U);
}

}  // namespace
}  // namespace yagura::waf
