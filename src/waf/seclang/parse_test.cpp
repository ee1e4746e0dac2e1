#include "waf/seclang/parse.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "waf/seclang/print.hpp"

namespace yagura::waf::seclang {
namespace {

namespace fs = std::filesystem;

std::string joined(const Diagnostics& diagnostics) {
  std::string text;
  for (const Diagnostic& each : diagnostics.list()) text += to_string(each) + "\n";
  return text;
}

struct Parsed {
  Document document;
  Diagnostics diagnostics;
  [[nodiscard]] std::string problems() const { return joined(diagnostics); }
  [[nodiscard]] const RuleDirective& rule(std::size_t index = 0) const {
    return std::get<RuleDirective>(document.directives.at(index));
  }
  [[nodiscard]] const PlainDirective& plain(std::size_t index = 0) const {
    return std::get<PlainDirective>(document.directives.at(index));
  }
};

Parsed parse(std::string_view text, const ParseLimits& limits = {}) {
  Parsed result;
  result.document = parse_text(text, "a.conf", "/nonexistent", result.diagnostics, limits);
  return result;
}

std::string place(const Position& position) {
  return std::to_string(position.line) + ":" + std::to_string(position.column);
}

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "seclangXXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path_); }
  void write(const fs::path& name, std::string_view text) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name) << text;
  }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

Parsed parse_in(const Folder& folder, const fs::path& name, const ParseLimits& limits = {}) {
  Parsed result;
  result.document = parse_file(folder.path() / name, result.diagnostics, limits);
  return result;
}

// --- Rules

TEST(SecRule, HasTargetsOperatorAndActions) {
  const Parsed parsed = parse(R"(SecRule ARGS|!ARGS:foo|&TX:x "!@within a b" "id:1,phase:2,deny")");
  EXPECT_EQ(parsed.problems(), "");
  const RuleDirective& rule = parsed.rule();
  ASSERT_EQ(rule.targets.size(), 3U);
  EXPECT_EQ(rule.targets[0].variable, "ARGS");
  EXPECT_FALSE(rule.targets[0].has_selector);
  EXPECT_TRUE(rule.targets[1].exclude);
  EXPECT_EQ(rule.targets[1].selector, "foo");
  EXPECT_TRUE(rule.targets[2].count);
  EXPECT_EQ(rule.targets[2].selector, "x");
  EXPECT_TRUE(rule.op.negated);
  EXPECT_EQ(rule.op.name, "within");
  EXPECT_EQ(rule.op.argument, "a b");
  ASSERT_EQ(rule.actions.size(), 3U);
  EXPECT_EQ(rule.actions[0].name, "id");
  EXPECT_EQ(rule.actions[0].value, "1");
  EXPECT_EQ(rule.actions[2].name, "deny");
  EXPECT_FALSE(rule.actions[2].has_value);
}

TEST(SecRule, KnowsTheExactPlaceOfEveryPart) {
  const Parsed parsed =
      parse("\n  SecRule ARGS|REQUEST_URI \\\n    \"@rx a\" \\\n    \"id:1,\\\n   deny\"\n");
  EXPECT_EQ(parsed.problems(), "");
  const RuleDirective& rule = parsed.rule();
  EXPECT_EQ(place(rule.position), "2:3");
  EXPECT_EQ(place(rule.targets[0].position), "2:11");
  EXPECT_EQ(place(rule.targets[1].position), "2:16");
  EXPECT_EQ(place(rule.op.position), "3:6");
  EXPECT_EQ(place(rule.actions[0].position), "4:6");
  EXPECT_EQ(place(rule.actions[1].position), "5:4");
  EXPECT_EQ(*rule.position.file, "a.conf");
}

TEST(SecRule, KeepsItsTextWithContinuations) {
  const Parsed parsed = parse("SecRule ARGS \"@rx a\" \\\n  \"id:1\"\nSecMarker x\n");
  EXPECT_EQ(parsed.rule().text, "SecRule ARGS \"@rx a\" \\\n  \"id:1\"");
}

TEST(SecRule, TakesABareArgumentAsARegularExpression) {
  EXPECT_EQ(parse("SecRule ARGS \"^a b\" id:1").rule().op.name, "rx");
  EXPECT_EQ(parse("SecRule ARGS \"^a b\" id:1").rule().op.argument, "^a b");
  EXPECT_TRUE(parse("SecRule ARGS !^a id:1").rule().op.negated);
  EXPECT_EQ(parse("SecRule ARGS !^a id:1").rule().op.argument, "^a");
}

TEST(SecRule, UndoesEscapedQuotesAndKeepsOtherBackslashes) {
  EXPECT_EQ(parse(R"(SecRule ARGS "@rx \"\\\d\\" id:1)").rule().op.argument, R"("\\\d\\)");
  EXPECT_EQ(
      parse(R"(SecRule ARGS "@rx a" "id:1,msg:'It\'s \"here\", \d'")").rule().actions[1].value,
      R"(It's "here", \d)");
}

TEST(SecRule, TakesOperatorsWithoutArgument) {
  const Parsed parsed = parse(R"(SecRule ARGS "@detectSQLi" "id:1")");
  EXPECT_EQ(parsed.rule().op.name, "detectSQLi");
  EXPECT_EQ(parsed.rule().op.argument, "");
}

TEST(SecAction, HasOnlyActions) {
  const Parsed parsed = parse(R"(SecAction "id:9,phase:1,setvar:'tx.a=1, 2'")");
  EXPECT_EQ(parsed.problems(), "");
  EXPECT_EQ(parsed.rule().kind, RuleDirective::Kind::kAction);
  EXPECT_TRUE(parsed.rule().targets.empty());
  EXPECT_EQ(parsed.rule().actions[2].value, "tx.a=1, 2");
}

// --- Targets

struct TargetCase {
  std::string_view text, variable, selector;
  bool regex;
};
class Targets : public ::testing::TestWithParam<TargetCase> {};
TEST_P(Targets, AreReadAsWritten) {
  const TargetCase& each = GetParam();
  const Parsed parsed = parse("SecRule " + std::string(each.text) + " \"@rx a\" \"id:1\"");
  EXPECT_EQ(parsed.problems(), "");
  ASSERT_EQ(parsed.rule().targets.size(), 1U) << each.text;
  EXPECT_EQ(parsed.rule().targets[0].variable, each.variable);
  EXPECT_EQ(parsed.rule().targets[0].selector, each.selector);
  EXPECT_EQ(parsed.rule().targets[0].selector_is_regex, each.regex);
}
INSTANTIATE_TEST_SUITE_P(
    Seclang, Targets,
    ::testing::Values(TargetCase{"args:foo", "ARGS", "foo", false},
                      TargetCase{"ARGS:/^a|b,c/", "ARGS", "^a|b,c", true},
                      TargetCase{R"(ARGS:/a\/b/)", "ARGS", "a/b", true},
                      TargetCase{"ARGS:'/x y/'", "ARGS", "x y", true},
                      TargetCase{"REQUEST_HEADERS:'a|b c'", "REQUEST_HEADERS", "a|b c", false},
                      TargetCase{R"(ARGS:'it\'s')", "ARGS", "it's", false},
                      TargetCase{"XML:/*", "XML", "/*", false},
                      TargetCase{"XML://@*", "XML", "//@*", false},
                      TargetCase{"XML:'/a/b/text()'", "XML", "/a/b/text()", false},
                      TargetCase{"ARGS:/nearly", "ARGS", "/nearly", false},
                      TargetCase{"ARGS://", "ARGS", "//", false},
                      TargetCase{R"(ARGS:'/a\/')", "ARGS", R"(/a\/)", false},
                      TargetCase{R"("ARGS:/\"x/")", "ARGS", "\"x", true},
                      TargetCase{"ARGS:a[0][b]", "ARGS", "a[0][b]", false}));

TEST(SecRule, TakesCommasAndWhiteSpaceBetweenQuotedTargets) {
  const Parsed parsed = parse(R"(SecRule "ARGS , ARGS_NAMES|TX:a" "@rx a" "id:1")");
  EXPECT_EQ(parsed.problems(), "");
  EXPECT_EQ(parsed.rule().targets.size(), 3U);
}

TEST(SecRule, PrintedFromItsPartsIsReadAsTheSameRule) {
  const Parsed parsed = parse(
      R"(SecRule "ARGS:'/a\/b|c/'|!ARGS:it's|&TX:x" "!@rx \"a\d" "id:1,msg:'It\'s \"so\"',deny")");
  ASSERT_EQ(parsed.problems(), "");
  const std::string printed = to_string(parsed.rule());
  EXPECT_EQ(
      printed,
      R"(SecRule "ARGS:'/a\/b|c/'|!ARGS:'it\'s'|&TX:'x'" "!@rx \"a\d" "id:'1',msg:'It\'s \"so\"',deny")");
  EXPECT_EQ(to_string(parse(printed).rule()), printed);
  const Parsed action = parse("SecAction id:1,pass");
  EXPECT_EQ(to_string(action.rule()), R"(SecAction "id:'1',pass")");
}

// --- Lines and comments

TEST(Lines, OfACommentedRuleBelongToTheComment) {
  const Parsed parsed = parse("#SecRule ARGS \\\n#  \"@rx a\"\nSecMarker a\n");
  EXPECT_EQ(parsed.problems(), "");
  EXPECT_EQ(parsed.document.directives.size(), 1U);
}

TEST(Lines, HiddenByACommentAreReported) {
  const Parsed parsed = parse("# SecRule ARGS \\\nSecMarker a\n");
  EXPECT_EQ(
      parsed.problems(),
      "a.conf:2:1: warning: this line belongs to the comment above it, which ends in a backslash "
      "(hint: remove the backslash, or begin this line with '#')\n");
}

TEST(Lines, BelowAnOrdinaryCommentAreReadWhateverItEndsIn) {
  const Parsed parsed = parse("# in C:\\\nSecMarker a\n");
  EXPECT_EQ(parsed.problems(), "");
  EXPECT_EQ(parsed.document.directives.size(), 1U);
}

TEST(Lines, MayEndInCarriageReturns) {
  const Parsed parsed = parse("SecRule ARGS \\\r\n \"@rx a\" \"id:1\"\r\nSecMarker a\r\n");
  EXPECT_EQ(parsed.problems(), "");
  EXPECT_EQ(parsed.document.directives.size(), 2U);
}

// --- Mistakes

struct Mistake {
  std::string_view text, message;
};
class Mistakes : public ::testing::TestWithParam<Mistake> {};
TEST_P(Mistakes, AreReportedWithPlaceAndRemedy) {
  const Parsed parsed = parse(GetParam().text);
  EXPECT_EQ(parsed.problems(), std::string(GetParam().message) + "\n") << GetParam().text;
}
INSTANTIATE_TEST_SUITE_P(
    Seclang, Mistakes,
    ::testing::Values(
        Mistake{" SecRul ARGS a",
                "a.conf:1:2: error: unknown directive \"SecRul\" (hint: did you "
                "mean SecRule?)"},
        Mistake{"Completely Wrong", "a.conf:1:1: error: unknown directive \"Completely\""},
        Mistake{"SecRuleEngine Onn",
                "a.conf:1:15: error: SecRuleEngine is On or Off or "
                "DetectionOnly, not \"Onn\" (hint: did you mean On?)"},
        Mistake{"SecRequestBodyLimit 1MB",
                "a.conf:1:21: error: SecRequestBodyLimit takes a number, not \"1MB\""},
        Mistake{"SecAuditLogDirMode 0999",
                "a.conf:1:20: error: SecAuditLogDirMode takes permission "
                "bits such as 0640, not \"0999\""},
        Mistake{"SecRuleEngine", "a.conf:1:1: error: SecRuleEngine needs 1 argument"},
        Mistake{"SecRuleUpdateTargetById 1",
                "a.conf:1:1: error: SecRuleUpdateTargetById needs 2 arguments"},
        Mistake{
            "SecRuleEngine On Off",
            "a.conf:1:18: error: SecRuleEngine has one argument too many (hint: put an argument "
            "with white space in double quotes)"},
        Mistake{"SecRule ARGS \"@rx a",
                "a.conf:1:14: error: this quote is not closed (hint: a line "
                "goes on in the next where it ends in a backslash)"},
        Mistake{
            "SecRule ARGS \"@rx a\"\"id:1\"",
            "a.conf:1:21: error: text directly behind a closing quote (hint: a quote within the "
            "quotes is written \\\")"},
        Mistake{"SecRule ARGS",
                "a.conf:1:1: error: SecRule without an operator (hint: write SecRule "
                "TARGETS \"@operator argument\" \"actions\")"},
        Mistake{"SecRule ARGS||TX a id:1", "a.conf:1:14: error: a variable's name is missing here"},
        Mistake{"SecRule ARGS| a id:1",
                "a.conf:1:13: error: the list of targets ends in a separator"},
        Mistake{"SecRule ARGS: a id:1",
                "a.conf:1:14: error: a selector is missing after ':' (hint: "
                "leave out the colon to mean every member)"},
        Mistake{"SecRule !&ARGS a id:1",
                "a.conf:1:9: error: a target is counted (&) or excluded (!), not both"},
        Mistake{"SecRule ARGS \"@ a\" id:1",
                "a.conf:1:15: error: an operator's name is missing behind '@'"},
        Mistake{
            "SecRule ARGS a \"id:1,msg:'x,deny\"",
            "a.conf:1:26: error: the single quote of msg is not closed (hint: a quote within the "
            "value is written \\')"},
        Mistake{"SecRule ARGS a \"id:1,msg:'x y\"",
                "a.conf:1:26: warning: the single quote of msg is not closed; its value is taken "
                "to end with the actions"},
        Mistake{"SecRule ARGS a \"id:1,msg:a b\"",
                "a.conf:1:28: error: white space in the unquoted value of msg (hint: put the value "
                "in single quotes, or a comma before the next action)"},
        Mistake{"SecRule ARGS a \"id:1,setvar:tx.a=b c,log\"",
                "a.conf:1:35: warning: white space in the unquoted value of setvar belongs to the "
                "value (hint: put the value in single quotes, or a comma before the next action)"},
        Mistake{"SecRule ARGS a \"id:1,setvar:tx.a log\"",
                "a.conf:1:34: error: white space in the unquoted value of setvar (hint: put the "
                "value in single quotes, or a comma before the next action)"},
        Mistake{
            "SecRule ARGS a \"id:1,msg:'a'b\"",
            "a.conf:1:29: error: a comma is missing behind the value of msg (hint: a quote within "
            "the value is written \\')"},
        Mistake{
            "SecRule ARGS a \"id:1 deny\"",
            "a.conf:1:22: error: white space in the unquoted value of id (hint: put the value in "
            "single quotes, or a comma before the next action)"},
        Mistake{"SecRule ARGS a \"deny log\"",
                "a.conf:1:22: error: a comma is missing between two actions"},
        Mistake{"SecRule ARGS a \"id:1,,log\"",
                "a.conf:1:22: error: an action's name is missing here"},
        Mistake{"SecRuleScript a.lua deny",
                "a.conf:1:1: error: SecRuleScript is not supported: there is no Lua in the engine"},
        Mistake{"SecRemoteRules key https://example.org/",
                "a.conf:1:1: error: SecRemoteRules is not supported: rules are read from files "
                "alone; fetch and verify them before a start"},
        Mistake{"SecContentInjection On",
                "a.conf:1:21: error: SecContentInjection cannot be on: responses are inspected, "
                "never rewritten"},
        Mistake{"SecPdfProtect On",
                "a.conf:1:1: warning: SecPdfProtect has no effect: the defect of "
                "PDF readers that it worked around is long mended"},
        Mistake{"<Location /a>",
                "a.conf:1:1: error: \"<Location\" is a section of Apache's "
                "configuration, not SecLang (hint: put these rules into a file of "
                "their own)"},
        Mistake{"Include nothing.conf",
                "a.conf:1:9: error: no file matches \"/nonexistent/nothing.conf\" (hint: use "
                "IncludeOptional for what may be absent)"}));

TEST(Mistakes, AreAllReportedAtOnce) {
  EXPECT_EQ(parse("SecRul a\nSecRuleEngine On\nSecFoo\nSecRule ARGS\n").diagnostics.error_count(),
            3U);
}

TEST(Mistakes, WithWhiteSpaceBehindABackslashSaySo) {
  const Parsed parsed = parse("SecRule ARGS \"@rx \\ \na\" \"id:1\"");
  EXPECT_NE(parsed.problems().find("white space stands behind a backslash"), std::string::npos);
}

// --- Includes

TEST(Include, ReadsMatchingFilesSortedAndRelativeToTheIncludingFile) {
  const Folder folder;
  folder.write("main.conf", "Include rules/*.conf\nSecMarker end\n");
  folder.write("rules/b.conf", "SecMarker b\n");
  folder.write("rules/a.conf", "Include more/x.conf\nSecMarker a\n");
  folder.write("rules/more/x.conf", "SecMarker x\n");
  folder.write("rules/a.conf.example", "SecMarker wrong\n");
  const Parsed parsed = parse_in(folder, "main.conf");
  EXPECT_EQ(parsed.problems(), "");
  std::string names;
  for (const Directive& each : parsed.document.directives) {
    names += std::get<MarkerDirective>(each).name + " ";
  }
  EXPECT_EQ(names, "x a b end ");
  EXPECT_EQ(parsed.document.files.size(), 4U);
}

TEST(Include, OptionalMayMatchNothing) {
  EXPECT_EQ(parse("IncludeOptional nothing/*.conf").problems(), "");
}

TEST(Include, OfItselfIsAnError) {
  const Folder folder;
  folder.write("a.conf", "Include b.conf\n");
  folder.write("b.conf", "Include a.conf\n");
  const Parsed parsed = parse_in(folder, "a.conf");
  EXPECT_EQ(parsed.diagnostics.error_count(), 1U);
  EXPECT_NE(parsed.problems().find("includes itself"), std::string::npos);
}

TEST(Include, OfAFolderIsAnError) {
  const Folder folder;
  folder.write("a.conf", "Include rules\n");
  folder.write("rules/b.conf", "");
  EXPECT_NE(parse_in(folder, "a.conf").problems().find("is a folder (hint: include folder/*.conf)"),
            std::string::npos);
}

// --- Limits

TEST(Limits, OfIncludeDepthHold) {
  const Folder folder;
  for (int i = 0; i < 6; ++i) {
    folder.write(std::to_string(i) + ".conf", "Include " + std::to_string(i + 1) + ".conf\n");
  }
  folder.write("6.conf", "");
  EXPECT_EQ(parse_in(folder, "0.conf", {.max_include_depth = 6}).problems(), "");
  EXPECT_NE(parse_in(folder, "0.conf", {.max_include_depth = 5})
                .problems()
                .find("files include one another more than 5 deep"),
            std::string::npos);
}

TEST(Limits, OfFilesHold) {
  const Folder folder;
  folder.write("a.conf", "Include r/1.conf\nInclude r/2.conf\n");
  folder.write("r/1.conf", "");
  folder.write("r/2.conf", "");
  EXPECT_EQ(parse_in(folder, "a.conf", {.max_files = 3}).problems(), "");
  EXPECT_NE(parse_in(folder, "a.conf", {.max_files = 2}).problems().find("more than 2 files"),
            std::string::npos);
}

TEST(Limits, OfFileSizeHold) {
  const Folder folder;
  folder.write("a.conf", "SecMarker a\n");
  EXPECT_EQ(parse_in(folder, "a.conf", {.max_file = 12}).problems(), "");
  EXPECT_EQ(parse_in(folder, "a.conf", {.max_file = 11}).diagnostics.error_count(), 1U);
}

TEST(Limits, OfDirectivesHold) {
  EXPECT_EQ(parse("SecMarker a\nSecMarker b", {.max_directives = 2}).problems(), "");
  const Parsed parsed = parse("SecMarker a\nSecMarker b\nSecMarker c", {.max_directives = 1});
  EXPECT_EQ(parsed.problems(), "a.conf:2:1: error: more than 1 directives\n");
  EXPECT_EQ(parsed.document.directives.size(), 1U);
}

TEST(Limits, LeaveAMillionContinuedLinesLinear) {
  std::string text = "SecRule ARGS \"@rx ";
  for (int i = 0; i < 1'000'000; ++i) text += "a\\\n";
  const Parsed parsed = parse(text + "\" \"id:1\"");
  EXPECT_EQ(parsed.problems(), "");
  EXPECT_EQ(parsed.rule().op.argument.size(), 1'000'000U);
  EXPECT_EQ(place(parsed.rule().actions[0].position), "1000001:4");
}

// --- Rule sets in use

TEST(RuleSets, OfCrsAreReadWhole) {
  const char* corpora = std::getenv("YAGURA_CORPORA");
  const fs::path crs =
      (corpora != nullptr ? fs::path(corpora)
                          : fs::path(YAGURA_SOURCE_DIR) / ".." / "shared" / "corpora") /
      "crs";
  if (!fs::exists(crs / "rules")) GTEST_SKIP() << "skipped: no corpora";
  Parsed parsed;
  parse_file_into(parsed.document, crs / "crs-setup.conf.example", parsed.diagnostics);
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(crs / "rules")) {
    if (entry.path().extension() == ".conf") files.push_back(entry.path());
  }
  for (const fs::path& file : files) parse_file_into(parsed.document, file, parsed.diagnostics);
  EXPECT_EQ(parsed.problems(), "");
  EXPECT_EQ(parsed.document.files.size(), files.size() + 1);
  EXPECT_GT(parsed.document.directives.size(), 700U);
}

TEST(RuleSets, OfDebianAreReadWhole) {
  const fs::path file = "/usr/share/modsecurity-crs/owasp-crs.load";
  if (!fs::exists(file)) GTEST_SKIP() << "skipped: no modsecurity-crs";
  Parsed parsed;
  parsed.document = parse_file(file, parsed.diagnostics);
  EXPECT_EQ(parsed.problems(), "");
  EXPECT_GT(parsed.document.directives.size(), 700U);
}

}  // namespace
}  // namespace yagura::waf::seclang
