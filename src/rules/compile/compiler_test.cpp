#include "rules/compile/compiler.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "core/file.hpp"
#include "rules/load/loader.hpp"

namespace yagura::rules {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Compiled {
  Definitions definitions;
  Diagnostics diagnostics;
  std::shared_ptr<const RuleSet> rules;

  void add(std::string text, std::string name = "a.yaml") {
    load_rule_file(std::make_shared<const kube::Source>(std::move(name), std::move(text),
                                                        kube::SourceFormat::kYaml),
                   definitions, diagnostics);
  }
  void compile(const CompileOptions& options = {}, const CompileLimits& limits = {}) {
    rules = compile_rules(definitions, diagnostics, options, limits);
  }
  [[nodiscard]] std::string messages() const {
    std::string all;
    for (const Diagnostic& diagnostic : diagnostics.list()) all += to_string(diagnostic) + "\n";
    return all;
  }
};

std::string rule(std::string_view condition, std::string_view more = {}) {
  return "- rule: R\n  desc: d\n  output: o\n  priority: INFO\n" + std::string(more) +
         "  condition: >\n    " + std::string(condition) + "\n";
}

Compiled compiled(std::string text) {
  Compiled result;
  result.add(std::move(text));
  result.compile();
  return result;
}

std::vector<std::string_view> types_of(const Compiled& result, std::size_t rule = 0) {
  std::vector<std::string_view> names;
  for (const EventType type : result.rules->rules.at(rule).event_types) {
    names.push_back(event_type_name(type));
  }
  return names;
}

struct Bad {
  std::string_view condition;
  std::string_view message;
};

class BadConditions : public testing::TestWithParam<Bad> {};

TEST_P(BadConditions, AreReportedWithTheirPlace) {
  const Compiled result = compiled(rule(GetParam().condition));
  EXPECT_EQ(result.rules, nullptr);
  EXPECT_THAT(result.messages(), HasSubstr(std::string(GetParam().message)));
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadConditions,
    testing::Values(
        Bad{"proc.nmae = x",
            "a.yaml:6:5: error: unknown field \"proc.nmae\" of source syscall (hint: "
            "did you mean \"proc.name\"?)"},
        Bad{"evt.type=open and nothing_here",
            "a.yaml:6:23: error: undefined macro \"nothing_here\""},
        Bad{"evt.type = opne",
            "a.yaml:6:16: error: unknown event type \"opne\" (hint: did you mean "
            "\"open\"?)"},
        Bad{"evt.type in (open, closee)", "unknown event type \"closee\""},
        Bad{"fd.num contains 3", "a.yaml:6:12: error: \"contains\" on fd.num, which is a number"},
        Bad{"fd.num = three", "a.yaml:6:14: error: \"three\" is no number"},
        Bad{"fd.sip = 1.2.3", "\"1.2.3\" is no address"},
        Bad{"fd.snet = 10.0.0.0/40", "\"10.0.0.0/40\" is no network"},
        Bad{"fd.sip < 3", "\"<\" on fd.sip, which is a address"},
        Bad{"fd.sport = 65536", "\"65536\" is no port"},
        Bad{"evt.is_open_read = yes", "\"yes\" is no boolean (hint: true or false)"},
        Bad{"evt.is_open_read > 1", "\">\" on evt.is_open_read, which is a boolean"},
        Bad{"proc.name regex '('", "bad pattern: missing )"},
        Bad{"evt.buffer bcontains xyz", "\"xyz\" is no hexadecimal text"},
        Bad{"tolower(fd.num) = 3", "tolower() of a number: fd.num is no text"},
        Bad{"proc.name = val(fd.num)", "proc.name is a text, fd.num a number"},
        Bad{"proc.name regex val(proc.pname)", "\"regex\" takes no field on its right side"},
        Bad{"proc.name[1] = x", "\"proc.name\" takes no argument"},
        Bad{"evt.arg = x", "\"evt.arg\" needs an argument"},
        Bad{"proc.name = x and (proc.aname = 1 or toupper(proc.name, proc.name) = X)",
            "toupper() takes one value"},
        Bad{"join(proc.name, ',') = x", "join() of \",\", which is no list"},
        Bad{"join(',') = x", "join() takes a separator and a list"},
        Bad{"concat(proc.name) = x", "concat() takes two values or more"},
        Bad{"concat(fd.types, 'a') = x", "concat() of fd.types, which is no single text"},
        Bad{"concat(proc.aname, 'a') = x", "concat() of proc.aname, which is no single text"},
        Bad{"concat(evt.is_open_read, 'a') = x", "concat() of evt.is_open_read"},
        Bad{"getopt(fd.num, 'a') exists", "getopt() of fd.num, which is neither text nor list"},
        Bad{"getopt(fd.types, 'a')[ab] = x", "[ab] behind getopt() is no option of one letter"},
        Bad{"getopt(fd.types, 'a') = x", "which is a list"},
        Bad{"join(',', (proc.name, proc.nme)) = x", "did you mean \"proc.name\"?"},
        Bad{"join(',', (fd.types, 'x')) = x", "fd.types in a list of values"},
        Bad{"ka.verb = anyof (a)", "unknown field \"ka.verb\""},
        Bad{"fd.types = anyof (a)", "which is a list"},
        Bad{"evt.type = anyof (open, opne)", "unknown event type \"opne\""},
        Bad{"fd.num = anyof (1, x)", "\"x\" is no number"},
        Bad{"proc.name regex anyof ('a(', b)", "bad pattern"},
        Bad{"proc.name glob anyof ('!(*a????????????\?)')", "the glob's !(…) is too complex"},
        Bad{"proc.name = x and", "a.yaml:6:22: error: the condition ends"}));

TEST(Compiling, TellsAllProblemsAtOnce) {
  const Compiled result = compiled(rule("proc.a = 1 and proc.b = 2 and m and fd.num = x"));
  EXPECT_EQ(result.diagnostics.error_count(), 4U) << result.messages();
}

TEST(Compiling, TellsAProblemOfAMacroOnce) {
  const Compiled result = compiled("- macro: m\n  condition: proc.x = 1\n" + rule("m or not m") +
                                   "- rule: S\n  desc: d\n  output: o\n  priority: INFO\n"
                                   "  condition: m\n");
  EXPECT_EQ(result.diagnostics.error_count(), 1U) << result.messages();
  EXPECT_THAT(result.messages(), HasSubstr("a.yaml:2:14"));
}

TEST(Compiling, ChecksOutputs) {
  const Compiled result = compiled(
      "- rule: R\n  desc: d\n  priority: INFO\n  condition: proc.name = a\n"
      "  output: 100%% of %proc.nam. and %proc.name. %container.info %evt.arg[0] %fd.name\n");
  EXPECT_EQ(result.diagnostics.error_count(), 1U) << result.messages();
  EXPECT_THAT(
      result.messages(),
      HasSubstr("a.yaml:5:11: error: unknown field \"proc.nam\" of source syscall in the output "
                "(hint: did you mean \"proc.name\"?)"));
}

TEST(Compiling, SkipsUnknownFieldsWhereTheRuleSaysSo) {
  const Compiled result = compiled(rule("proc.nmae = x", "  skip-if-unknown-filter: true\n"));
  ASSERT_NE(result.rules, nullptr);
  EXPECT_TRUE(result.rules->rules.empty());
  EXPECT_THAT(result.messages(), HasSubstr("warning: unknown field"));
  const Compiled other = compiled(rule("fd.num = x", "  skip-if-unknown-filter: true\n"));
  EXPECT_EQ(other.rules, nullptr);
}

TEST(Compiling, LeavesOutRulesOfUnknownSources) {
  const Compiled result = compiled(rule("ct.name = x", "  source: aws_cloudtrail\n"));
  ASSERT_NE(result.rules, nullptr);
  EXPECT_TRUE(result.rules->rules.empty());
  EXPECT_THAT(result.messages(), HasSubstr("unknown source aws_cloudtrail"));
}

TEST(Macros, SeeThoseBefore) {
  const Compiled result =
      compiled("- macro: a\n  condition: b\n- macro: b\n  condition: proc.name = x\n" + rule("a"));
  EXPECT_THAT(result.messages(), HasSubstr("a.yaml:2:14: error: macro \"b\" is defined after"));
  EXPECT_EQ(compiled("- macro: b\n  condition: proc.name = x\n- macro: a\n  condition: b\n" +
                     rule("evt.type = open and a"))
                .messages(),
            "");
}

TEST(Macros, OfRulesMayStandAnywhere) {
  EXPECT_EQ(compiled(rule("evt.type = open and m") + "- macro: m\n  condition: proc.name = x\n")
                .messages(),
            "");
}

TEST(Macros, ThatReferToThemselvesAreErrors) {
  const Compiled result = compiled(
      "- macro: a\n  condition: proc.name = x\n- macro: a\n  condition: or a\n  append: true\n" +
      rule("a"));
  EXPECT_THAT(result.messages(), HasSubstr("a.yaml:4:17: error: macro \"a\" refers to itself"));
}

TEST(Macros, ListsAreNoMacros) {
  EXPECT_THAT(compiled("- list: l\n  items: [a]\n" + rule("l")).messages(),
              HasSubstr("a list of this name exists"));
}

TEST(Lists, BehindAnEqualSignHaveOneItem) {
  EXPECT_EQ(
      compiled("- list: l\n  items: [a]\n" + rule("evt.type=open and proc.name = l")).messages(),
      "");
  EXPECT_THAT(compiled("- list: l\n  items: [a, b]\n" + rule("proc.name = l")).messages(),
              HasSubstr("l is a list of 2 items"));
}

TEST(EventTypes, AreThoseThatTheConditionAllows) {
  EXPECT_THAT(types_of(compiled(rule("evt.type = open and proc.name = x"))), ElementsAre("open"));
  EXPECT_THAT(types_of(compiled(rule("(evt.type in (openat, open)) or evt.type = close"))),
              ElementsAre("close", "open", "openat"));
  EXPECT_THAT(types_of(compiled(rule("evt.type in (open, close) and not evt.type = open"))),
              ElementsAre("close"));
  EXPECT_THAT(types_of(compiled(rule("evt.type in (open, close) and evt.type != open"))),
              ElementsAre("close"));
  EXPECT_THAT(types_of(compiled(rule("evt.type startswith openat"))),
              ElementsAre("openat", "openat2"));
}

TEST(EventTypes, WithoutAnyAreWarnedOf) {
  const Compiled all = compiled(rule("proc.name = x"));
  EXPECT_TRUE(all.rules->rules[0].is_for_all_types);
  EXPECT_THAT(all.messages(),
              HasSubstr("a.yaml:1:3: warning: LOAD_NO_EVTTYPE: rule \"R\" matches too "
                        "many evt.type values"));
  EXPECT_THAT(compiled(rule("evt.type = open and evt.type = close")).messages(),
              HasSubstr("matches no evt.type values"));
  EXPECT_EQ(compiled(rule("proc.name = x", "  warn_evttypes: false\n")).messages(), "");
  EXPECT_EQ(compiled(rule("ka.verb = get", "  source: k8s_audit\n")).messages(), "");
}

TEST(EventTypes, IndexEnabledRules) {
  const Compiled result = compiled(rule("evt.type = open and proc.name = x"));
  const auto open = *find_event_type("open");
  EXPECT_EQ(result.rules->rules_for(Source::kSyscall, open).size(), 1U);
  EXPECT_TRUE(result.rules->rules_for(Source::kSyscall, *find_event_type("close")).empty());
  EXPECT_TRUE(result.rules->rules_for(Source::kK8sAudit, kPluginEvent).empty());
  EXPECT_TRUE(result.rules->rules_for(Source::kSyscall, 65535).empty());
  EXPECT_THAT(result.rules->needed_types(Source::kSyscall), ElementsAre(open));
  const Compiled off = compiled(rule("evt.type = open and proc.name = x", "  enabled: false\n"));
  EXPECT_TRUE(off.rules->rules_for(Source::kSyscall, open).empty());
}

TEST(Sharing, MakesEqualConditionsOnce) {
  const Compiled one = compiled(rule("evt.type=open and (proc.name = a or proc.name in (b, c))"));
  const Compiled two =
      compiled(rule("evt.type=open and (proc.name = a or proc.name in (b, c))") +
               "- rule: S\n  desc: d\n  output: o\n  priority: INFO\n"
               "  condition: (proc.name in (c, b) or proc.name=\"a\") and evt.type = open\n");
  EXPECT_EQ(one.rules->nodes.size(), two.rules->nodes.size());
  EXPECT_EQ(two.rules->rules[0].condition, two.rules->rules[1].condition);
}

// Each uses the one before twice: a text of the whole would be endless.
std::string macro_chain(int count) {
  std::string text = "- macro: m0\n  condition: proc.name = x\n";
  for (int i = 1; i < count; ++i) {
    const std::string before = "m" + std::to_string(i - 1);
    text += "- macro: m" + std::to_string(i) + "\n  condition: not (" + before +
            " and proc.pname = p" + std::to_string(i) + ") or (fd.name = q and " + before + ")\n";
  }
  return text;
}

TEST(Limits, MacrosOfMacrosAreCompiledOnce) {
  const Compiled result = compiled(macro_chain(100) + rule("evt.type = open and m99"));
  ASSERT_NE(result.rules, nullptr) << result.messages();
  EXPECT_LT(result.rules->nodes.size(), 2000U);
}

TEST(Limits, MacrosCannotNestWithoutEnd) {
  EXPECT_THAT(compiled(macro_chain(5000) + rule("m4999")).messages(),
              HasSubstr("nested too deeply"));
  std::string rules = macro_chain(1000);
  for (int i = 0; i < 1000; i += 100) {
    rules += "- rule: R" + std::to_string(i) +
             "\n  desc: d\n  output: o\n  priority: INFO\n  condition: m" + std::to_string(i) +
             "\n";
  }
  EXPECT_THAT(compiled(rules).messages(), HasSubstr("deeper than 1000"));
}

TEST(Lists, AnInnerListThatIsDefinedAnewStaysInTheListsAroundIt) {
  Compiled result;
  result.add("- list: inner\n  items: [a]\n- list: outer\n  items: [inner, late]\n" +
             rule("proc.name in (outer)"));
  result.add("- list: inner\n  items: [b]\n- list: late\n  items: [c]\n");
  result.compile();
  ASSERT_NE(result.rules, nullptr);
  const auto& texts = result.rules->comparisons.at(0).texts;
  EXPECT_TRUE(texts.contains("b", quick_hash("b")));
  EXPECT_FALSE(texts.contains("inner", quick_hash("inner")));
  EXPECT_TRUE(texts.contains("late", quick_hash("late")));
}

TEST(Limits, ListsOfListsCannotGrowWithoutEnd) {
  std::string text = "- list: l0\n  items: [a, b]\n";
  for (int i = 1; i < 100; ++i) {
    const std::string before = "l" + std::to_string(i - 1);
    text += "- list: l" + std::to_string(i) + "\n  items: [" + before + ", " + before + ", x" +
            std::to_string(i) + "]\n";
  }
  Compiled result;
  result.add(text + rule("evt.type = open and proc.name in (l99)"));
  result.compile();
  EXPECT_EQ(result.messages(), "");
  result.compile({}, {.max_list_items = 1000});
  EXPECT_THAT(result.messages(), HasSubstr("the lists have too many items"));
  EXPECT_EQ(result.rules, nullptr);
}

TEST(Notes, NameWhatNothingUses) {
  Compiled result;
  result.add("- macro: m\n  condition: proc.name = x\n- list: l\n  items: [a]\n" +
             rule("evt.type = open"));
  result.compile({.note_unused = true});
  EXPECT_THAT(result.messages(), HasSubstr("nothing uses macro \"m\""));
  EXPECT_THAT(result.messages(), HasSubstr("nothing uses list \"l\""));
}

// ---- what is published

std::string corpora() {
  const char* named = std::getenv("YAGURA_CORPORA");
  return std::string(named != nullptr ? named : YAGURA_SOURCE_DIR "/../shared/corpora") +
         "/falco-rules/";
}

TEST(PublishedRules, CompileWithoutAChange) {
  Compiled result;
  std::size_t macros = 0;
  std::size_t lists = 0;
  for (const char* name : {"falco_rules", "falco-incubating_rules", "falco-sandbox_rules"}) {
    const auto text = core::read_file(corpora() + name + ".yaml");
    if (!text) GTEST_SKIP() << "skipped: no corpora";
    Compiled alone;
    alone.add(*text, name);
    alone.compile();
    EXPECT_EQ(alone.messages(), "") << name;
    macros += alone.definitions.macros.entries().size();
    lists += alone.definitions.lists.entries().size();
    result.add(*text, name);
  }
  result.compile();
  EXPECT_EQ(result.messages(), "");
  ASSERT_NE(result.rules, nullptr);
  EXPECT_EQ(result.rules->rules.size(), 93U);
  EXPECT_EQ(macros, 352U);
  EXPECT_EQ(lists, 163U);
}

TEST(PublishedRules, OfTheAuditLogCompileWithoutAChange) {
  const auto text = core::read_file(corpora() + "k8s_audit_rules.yaml");
  if (!text) GTEST_SKIP() << "skipped: no corpora";
  const Compiled result = compiled(*text);
  EXPECT_EQ(result.messages(), "");
  ASSERT_NE(result.rules, nullptr);
  EXPECT_FALSE(result.rules->rules_for(Source::kK8sAudit, kPluginEvent).empty());
}

}  // namespace
}  // namespace yagura::rules
