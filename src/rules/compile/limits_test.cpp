// Rule files that ask for more than there is: each limit is hit, told with its place, and leaves no
// rules.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "rules/compile/compiler.hpp"
#include "rules/load/loader.hpp"

namespace yagura::rules {
namespace {

using testing::HasSubstr;

struct Outcome {
  std::string messages;
  std::size_t errors = 0;
  std::shared_ptr<const RuleSet> rules;
};

Outcome compiled(std::string text, const CompileLimits& limits = {}) {
  Definitions definitions;
  Diagnostics diagnostics;
  load_rule_file(
      std::make_shared<const kube::Source>("a.yaml", std::move(text), kube::SourceFormat::kYaml),
      definitions, diagnostics);
  Outcome outcome;
  outcome.rules = compile_rules(definitions, diagnostics, {}, limits);
  outcome.errors = diagnostics.error_count();
  for (const Diagnostic& diagnostic : diagnostics.list()) {
    outcome.messages += to_string(diagnostic) + "\n";
  }
  return outcome;
}

std::string number(int i) { return std::to_string(i); }

std::string rule(int i, const std::string& condition, const std::string& more = {}) {
  return "- rule: R" + number(i) + "\n  desc: d\n  output: o\n  priority: INFO\n" + more +
         "  warn_evttypes: false\n  condition: " + condition + "\n";
}

std::string list_of(int count, const std::string& item = "item") {
  std::string text = "- list: l\n  items: [" + item + "0";
  for (int i = 1; i < count; ++i) text += ", " + item + number(i);
  return text + "]\n";
}

void expect_refused(const Outcome& outcome, const char* message) {
  EXPECT_EQ(outcome.rules, nullptr);
  EXPECT_THAT(outcome.messages, HasSubstr(message));
}

TEST(CompileLimits, NodesAreCounted) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += rule(i, "proc.name = a" + number(i) + " and fd.num = 1");
  EXPECT_NE(compiled(text).rules, nullptr);
  expect_refused(compiled(text, {.max_nodes = 50}),
                 "error: the rules have too many conditions: this one, and those behind it");
  EXPECT_THAT(compiled(text, {.max_nodes = 50}).messages, HasSubstr("a.yaml:"));
  EXPECT_EQ(compiled(text, {.max_nodes = 50}).errors, 1U);
}

TEST(CompileLimits, NodesForTypesOfEventsAreCountedWithTheirRule) {
  std::string text;
  for (int i = 0; i < 40; ++i) {
    text += rule(i, "(evt.type = open and proc.name = a" + number(i) +
                        ") or (evt.type = close and fd.num = " + number(i) +
                        ") or (not evt.type in (read, write) and user.uid = " + number(i) + ")");
  }
  const Outcome all = compiled(text);
  ASSERT_NE(all.rules, nullptr);
  const Outcome fewer = compiled(text, {.max_nodes = all.rules->nodes.size() - 10});
  expect_refused(fewer, "too many conditions");
  EXPECT_THAT(fewer.messages, HasSubstr("a.yaml:"));
}

TEST(CompileLimits, ModifiersWithLongListsAreNodes) {
  expect_refused(
      compiled(list_of(1000) + rule(0, "proc.name startswith anyof (l)"), {.max_nodes = 500}),
      "a.yaml:3:3: error: the rules have too many conditions");
}

TEST(CompileLimits, ConstantsOfListsAreCountedEachTime) {
  std::string text = list_of(100);
  for (int i = 0; i < 100; ++i) text += rule(i, "proc.aname[" + number(i) + "] in (l)");
  EXPECT_NE(compiled(text).rules, nullptr);
  expect_refused(compiled(text, {.max_constants = 5'000}), "too many constants");
}

TEST(CompileLimits, SetsThatMacrosMergeCannotGrowWithoutEnd) {
  std::string text = "- macro: m0\n  condition: proc.name = a0\n";
  for (int i = 1; i < 800; ++i) {
    text += "- macro: m" + number(i) + "\n  condition: m" + number(i - 1) + " or proc.name = a" +
            number(i) + "\n";
    if (i % 100 == 0) text += rule(i, "m" + number(i));
  }
  expect_refused(compiled(text, {.max_constants = 100'000}), "too many constants");
}

TEST(CompileLimits, ConjunctionsThatMacrosExtendAreNotCopiedEachTime) {
  std::string text = "- macro: m0\n  condition: proc.name contains a0\n";
  for (int i = 1; i < 20'000; ++i) {
    text += "- macro: m" + number(i) + "\n  condition: m" + number(i - 1) +
            " and proc.name contains a" + number(i) + "\n";
    if (i % 200 == 0) text += rule(i, "m" + number(i));
  }
  const Outcome outcome = compiled(text);
  ASSERT_NE(outcome.rules, nullptr) << outcome.messages;
  EXPECT_LT(outcome.rules->children.size(), 20'000U * 70);
}

TEST(CompileLimits, PatternsAreCountedByWhatTheyNeed) {
  std::string text;
  for (int i = 0; i < 20; ++i) text += rule(i, "proc.name regex 'a{400}b{400}c" + number(i) + "'");
  EXPECT_NE(compiled(text).rules, nullptr);
  expect_refused(compiled(text, {.max_pattern_bytes = 100'000}), "too many patterns");
  text.clear();
  for (int i = 0; i < 20; ++i) text += rule(i, "proc.name glob '!(*a??????" + number(i) + ")'");
  expect_refused(compiled(text, {.max_pattern_bytes = 100'000}), "too many patterns");
  expect_refused(compiled(list_of(1000, "/a/b/c/") + rule(0, "fd.name pmatch (l)"),
                          {.max_pattern_bytes = 50'000}),
                 "too many patterns");
}

TEST(CompileLimits, ErrorsAreCounted) {
  std::string text;
  for (int i = 0; i < 50; ++i) text += rule(i, "proc.nme = a");
  expect_refused(compiled(text, {.max_errors = 10}),
                 "too many errors: what follows is not checked");
  EXPECT_EQ(compiled(text, {.max_errors = 10}).errors, 11U);
}

// Had each problem its place looked for, this would take time quadratic in the condition.
TEST(CompileLimits, OneConditionTellsTheFirstProblemsOnly) {
  std::string condition = "proc.x = 1";
  for (int i = 0; i < 50'000; ++i) condition += " or proc.x" + number(i) + " = 1";
  const Outcome outcome = compiled(rule(0, condition));
  EXPECT_EQ(outcome.rules, nullptr);
  EXPECT_EQ(outcome.errors, 100U);
}

TEST(CompileLimits, LongConditionsTakeLinearTime) {
  std::string condition = "proc.name contains x";
  for (int i = 0; i < 40'000; ++i) condition += " or fd.num = " + number(i);
  EXPECT_NE(compiled(rule(0, condition)).rules, nullptr);
  condition = "proc.name = x";
  for (int i = 0; i < 40'000; ++i) condition += " or proc.name = x" + number(i);
  const Outcome outcome = compiled(rule(0, condition));
  ASSERT_NE(outcome.rules, nullptr);
  EXPECT_EQ(outcome.rules->comparisons.back().texts.texts().size(), 40'001U);
}

TEST(CompileLimits, OutputsTellTheFirstProblemsOnly) {
  std::string output;
  for (int i = 0; i < 10'000; ++i) output += "%a.b ";
  const Outcome outcome = compiled("- rule: R\n  desc: d\n  priority: INFO\n  output: '" + output +
                                   "'\n  condition: evt.type = open\n");
  EXPECT_EQ(outcome.errors, 1U);  // all of them are the same
}

TEST(LoadLimits, ConditionsCannotBeAppendedToWithoutEnd) {
  std::string text = rule(0, "proc.name = a") + "- macro: m\n  condition: fd.num = 1\n";
  for (int i = 0; i < 1'000; ++i) {
    text += "- {rule: R0, condition: or proc.name = b, append: true}\n";
    text += "- {macro: m, condition: or fd.num = 2, append: true}\n";
  }
  const Outcome outcome = compiled(text);
  EXPECT_EQ(outcome.errors, 2U);
  EXPECT_THAT(outcome.messages,
              HasSubstr("error: the condition is too long with what is appended to it"));
}

TEST(LoadLimits, RulesHaveOnlySoManyExceptionsAndTags) {
  std::string exceptions = "  exceptions:\n";
  for (int i = 0; i < 1'001; ++i) exceptions += "  - {name: e" + number(i) + ", fields: fd.num}\n";
  expect_refused(compiled(rule(0, "evt.type = open", exceptions)), "more than 1000 exceptions");
  std::string tags = "  tags: [t";
  for (int i = 0; i < 1'000; ++i) tags += ", t" + number(i);
  expect_refused(compiled(rule(0, "evt.type = open", tags + "]\n")), "more than 1000 tags");
}

TEST(LoadLimits, ExceptionsWithManyRowsAreTheirRows) {
  std::string exceptions =
      "  exceptions:\n  - name: e\n    fields: [proc.name, fd.name, user.name]\n"
      "    comps: [in, in, startswith]\n    values:\n";
  for (int i = 0; i < 5'000; ++i) {
    exceptions += "    - [[a, b, c" + number(i) + "], [l], /x" + number(i % 7) + "]\n";
  }
  const Outcome outcome = compiled(list_of(10) + rule(0, "evt.type = open", exceptions));
  ASSERT_NE(outcome.rules, nullptr) << outcome.messages;
  EXPECT_LT(outcome.rules->nodes.size(), 12'000U);
}

}  // namespace
}  // namespace yagura::rules
