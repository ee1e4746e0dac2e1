#include "rules/load/loader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "core/file.hpp"

namespace yagura::rules {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Loaded {
  Definitions definitions;
  Diagnostics diagnostics;

  void add(std::string text, std::string name = "a.yaml") {
    load_rule_file(std::make_shared<const kube::Source>(std::move(name), std::move(text),
                                                        kube::SourceFormat::kYaml),
                   definitions, diagnostics);
  }
  [[nodiscard]] std::string messages() const {
    std::string all;
    for (const Diagnostic& diagnostic : diagnostics.list()) all += to_string(diagnostic) + "\n";
    return all;
  }
  [[nodiscard]] const RuleDefinition& rule(std::string_view name = "R") const {
    return *definitions.rules.find(name);
  }
};

constexpr std::string_view kRule = R"(
- rule: R
  desc: what
  condition: a.b = c
  output: "out %a.b"
  priority: NOTICE
  tags: [one, two]
  exceptions:
    - name: single
      fields: a.b
      values: [x, y]
    - name: pair
      fields: [a.b, a.c]
      comps: [=, in]
      values:
        - [x, [1, 2]]
)";

Loaded loaded(std::string_view text) {
  Loaded result;
  result.add(std::string(text));
  return result;
}

// A rule, then a second file.
Loaded changed(std::string_view text) {
  Loaded result;
  result.add(std::string(kRule));
  EXPECT_EQ(result.messages(), "");
  result.add(std::string(text), "b.yaml");
  return result;
}

std::vector<std::string> items_of(const Loaded& loaded, std::string_view list) {
  std::vector<std::string> items;
  for (const TextItem& item : loaded.definitions.lists.find(list)->items)
    items.push_back(item.text);
  return items;
}

TEST(RuleFiles, DefineRules) {
  const Loaded result = loaded(kRule);
  const RuleDefinition& rule = result.rule();
  EXPECT_EQ(rule.condition->text(), "a.b = c");
  EXPECT_EQ(rule.priority, Priority::kNotice);
  EXPECT_EQ(rule.source, "syscall");
  EXPECT_TRUE(rule.enabled);
  EXPECT_TRUE(rule.warn_evttypes);
  EXPECT_THAT(rule.tags, ElementsAre("one", "two"));
  EXPECT_EQ(rule.place.line, 2U);
  ASSERT_EQ(rule.exceptions.size(), 2U);
  EXPECT_EQ(rule.exceptions[0].comps->items[0].text, "in");
  EXPECT_EQ(rule.exceptions[0].rows.size(), 2U);
  EXPECT_TRUE(rule.exceptions[1].rows[0].entries[1].is_list);
}

TEST(RuleFiles, KeepTheSpellingOfScalars) {
  const Loaded result = loaded("- list: l\n  items: [80, 0777, yes, ~, 'x y', 1.50]\n");
  EXPECT_THAT(items_of(result, "l"), ElementsAre("80", "0777", "yes", "~", "x y", "1.50"));
}

TEST(RuleFiles, AppendToLists) {
  const Loaded old = loaded("- list: l\n  items: [a]\n- list: l\n  items: [b]\n  append: true\n");
  EXPECT_THAT(items_of(old, "l"), ElementsAre("a", "b"));
  const Loaded now =
      loaded("- list: l\n  items: [a]\n- list: l\n  items: [b]\n  override: {items: append}\n");
  EXPECT_THAT(items_of(now, "l"), ElementsAre("a", "b"));
  const Loaded replaced =
      loaded("- list: l\n  items: [a]\n- list: l\n  items: [b]\n  override: {items: replace}\n");
  EXPECT_THAT(items_of(replaced, "l"), ElementsAre("b"));
  EXPECT_THAT(items_of(loaded("- list: l\n  items: [a]\n- list: l\n  items: [b]\n"), "l"),
              ElementsAre("b"));
}

TEST(RuleFiles, AppendToMacros) {
  const Loaded result = loaded(
      "- macro: m\n  condition: a\n- macro: m\n  condition: or b\n  append: true\n"
      "- macro: m\n  condition: or c\n  override:\n    condition: append\n");
  const MacroDefinition& macro = *result.definitions.macros.find("m");
  EXPECT_EQ(macro.condition->text(), "a or b or c");
  EXPECT_EQ(macro.condition->place(5).line, 4U);
  EXPECT_EQ(macro.index, 0U);
  EXPECT_EQ(macro.visibility, 2U);
}

TEST(RuleFiles, AppendToRules) {
  const Loaded result = changed(
      "- rule: R\n  condition: and d\n  append: true\n  exceptions:\n    - name: single\n"
      "      values: [z]\n    - name: more\n      fields: a.d\n      values: [q]\n");
  EXPECT_EQ(result.messages(), "");
  EXPECT_EQ(result.rule().condition->text(), "a.b = c and d");
  EXPECT_EQ(result.rule().condition->place(8).file, "b.yaml");
  EXPECT_EQ(result.rule().exceptions[0].rows.size(), 3U);
  EXPECT_EQ(result.rule().exceptions.size(), 3U);
}

TEST(RuleFiles, OverrideEachKey) {
  const Loaded result = changed(R"(
- rule: R
  condition: and d
  output: "and %a.c"
  desc: more
  tags: [three, one]
  priority: CRITICAL
  enabled: false
  warn_evttypes: false
  skip-if-unknown-filter: true
  exceptions:
    - name: only
      fields: a.z
      values: [z]
  override:
    condition: append
    output: append
    desc: append
    tags: append
    priority: replace
    enabled: replace
    warn_evttypes: replace
    skip-if-unknown-filter: replace
    exceptions: replace
)");
  EXPECT_EQ(result.messages(), "");
  const RuleDefinition& rule = result.rule();
  EXPECT_EQ(rule.condition->text(), "a.b = c and d");
  EXPECT_EQ(rule.output, "out %a.b and %a.c");
  EXPECT_EQ(rule.description, "what more");
  EXPECT_THAT(rule.tags, ElementsAre("one", "two", "three"));
  EXPECT_EQ(rule.priority, Priority::kCritical);
  EXPECT_FALSE(rule.enabled);
  EXPECT_FALSE(rule.warn_evttypes);
  EXPECT_TRUE(rule.skip_if_unknown_filter);
  ASSERT_EQ(rule.exceptions.size(), 1U);
  EXPECT_EQ(rule.exceptions[0].name, "only");
}

TEST(RuleFiles, OverrideByReplacing) {
  const Loaded result = changed(
      "- rule: R\n  condition: d\n  output: o\n  desc: e\n  tags: [t]\n"
      "  override: {condition: replace, output: replace, desc: replace, tags: replace}\n");
  EXPECT_EQ(result.rule().condition->text(), "d");
  EXPECT_EQ(result.rule().output, "o");
  EXPECT_EQ(result.rule().description, "e");
  EXPECT_THAT(result.rule().tags, ElementsAre("t"));
}

TEST(RuleFiles, SwitchRulesByEnabledAlone) {
  EXPECT_FALSE(changed("- rule: R\n  enabled: false\n").rule().enabled);
}

TEST(RuleFiles, TakeTheKeysOfCaptures) {
  const Loaded result = changed(
      "- rule: R\n  capture: true\n  capture_duration: 500\n"
      "  override: {capture: replace, capture_duration: replace}\n");
  EXPECT_EQ(result.messages(), "");
  EXPECT_TRUE(result.rule().capture);
  EXPECT_EQ(result.rule().capture_duration_ms, 500U);
}

TEST(RuleFiles, RequireVersions) {
  EXPECT_EQ(loaded("- required_engine_version: 0.57.0\n- required_engine_version: 15\n").messages(),
            "");
  EXPECT_THAT(loaded("- required_engine_version: 99.0.0\n").messages(),
              HasSubstr("a.yaml:1:28: error: the file requires rule engine 99.0.0"));
  EXPECT_THAT(loaded("- required_engine_version: new\n").messages(),
              HasSubstr("no engine version"));
  EXPECT_EQ(loaded("- required_plugin_versions:\n    - name: cloudx\n      version: 0.1.0\n"
                   "      alternatives: [{name: json, version: 0.7.0}]\n")
                .messages(),
            "");
  const Loaded missing =
      loaded("- required_plugin_versions:\n    - name: cloudx\n      version: 0.1.0\n");
  EXPECT_THAT(missing.messages(), HasSubstr("a.yaml:2:7: warning: plugin cloudx is not built in"));
  EXPECT_FALSE(missing.diagnostics.has_errors());
}

struct BadFile {
  std::string_view text;
  std::string_view message;
};

class BadRuleFiles : public testing::TestWithParam<BadFile> {};

TEST_P(BadRuleFiles, AreReportedWithTheirPlace) {
  EXPECT_THAT(changed(GetParam().text).messages(), HasSubstr(std::string(GetParam().message)));
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadRuleFiles,
    testing::Values(
        BadFile{"rule: x\n", "b.yaml:1:1: error: a rule file is a list of items"},
        BadFile{"- just text\n", "b.yaml:1:3: error: an item is no map"},
        BadFile{"- rle: x\n",
                "warning: unknown item \"rle\": ignored (hint: did you mean \"rule\"?)"},
        BadFile{"- rule: N\n  condition: a\n  output: b\n  desc: c\n",
                "b.yaml:1:3: error: \"priority\" is missing"},
        BadFile{"- rule: N\n", "\"condition\" is missing"},
        BadFile{"- rule: N\n  condition: a\n  output: b\n  desc: c\n  priority: LOUD\n",
                "b.yaml:5:13: error: unknown priority \"LOUD\""},
        BadFile{"- rule: R\n  condition: a\n  output: b\n  desc: c\n  priority: INFO\n  source: "
                "k8s_audit\n",
                "is defined again with source k8s_audit, not syscall"},
        BadFile{
            "- rule: R\n  conditon: a\n  enabled: true\n",
            "b.yaml:2:3: warning: unknown key \"conditon\" in a rule: ignored (hint: did you mean "
            "\"condition\"?)"},
        BadFile{"- rule: Q\n  enabled: false\n", "no rule \"Q\" to enable or disable"},
        BadFile{"- rule: Q\n  condition: and a\n  append: true\n", "no rule \"Q\" to append to"},
        BadFile{"- rule: R\n  append: true\n", "nothing is appended"},
        BadFile{"- rule: R\n  enabled: 3\n", "\"enabled\" is neither true nor false"},
        BadFile{"- rule: R\n  condition: a\n  append: true\n  override: {condition: append}\n",
                "both \"append\" and \"override\""},
        BadFile{"- rule: R\n  priority: INFO\n  override: {priority: append}\n",
                "b.yaml:3:14: error: \"priority\" cannot be appended to (hint: use replace)"},
        BadFile{"- rule: R\n  desc: x\n  override: {desc: add}\n", "unknown override \"add\""},
        BadFile{"- rule: R\n  desc: x\n  output: y\n  override: {desc: append}\n",
                "b.yaml:3:3: error: \"output\" has no entry under \"override\""},
        BadFile{"- rule: R\n  override: {desc: append}\n", "but the item has no \"desc\""},
        BadFile{"- rule: R\n  tags: [a]\n  override: {tagz: replace}\n", "did you mean \"tags\"?"},
        BadFile{"- list: l\n", "b.yaml:1:3: error: \"items\" is missing"},
        BadFile{"- list: l\n  items: a\n", "b.yaml:2:10: error: \"items\" is no list"},
        BadFile{"- list: l\n  items: [[a]]\n", "an item of \"items\" is no text"},
        BadFile{"- list: a b\n  items: []\n", "\"a b\" is no name of a list"},
        BadFile{"- list: l\n  items: []\n  append: true\n", "no list \"l\" to append to"},
        BadFile{"- macro: m\n", "\"condition\" is missing"},
        BadFile{"- macro: m-1\n  condition: a\n", "\"m-1\" is no name of a macro"},
        BadFile{"- macro: m\n  condition: ''\n", "\"condition\" is empty"},
        BadFile{"- macro: m\n  condition: [a]\n", "\"condition\" is no text"},
        BadFile{"- macro: m\n  condition: a\n  append: true\n", "no macro \"m\" to append to"},
        BadFile{"- macro: m\n  condition: a\n  macro: n\n", "b.yaml:3:3: error: "},
        BadFile{
            "- rule: R\n  append: true\n  exceptions: [{name: single, fields: a.b, values: [q]}]\n",
            "only its values can be appended"},
        BadFile{"- rule: R\n  append: true\n  exceptions: [{name: n, values: [q]}]\n",
                "exception \"n\" has no fields"},
        BadFile{"- rule: R\n  append: true\n  exceptions: [{name: n, fields: a.b}]\n",
                "exception \"n\" has no values"},
        BadFile{"- rule: R\n  append: true\n  exceptions: [{name: n, fields: a.b, comps: is, "
                "values: [x]}]\n",
                "\"is\" is no operator"},
        BadFile{"- rule: R\n  append: true\n  exceptions: [{name: n, fields: a.b, comps: '=', "
                "values: [x]}]\n",
                "\"=\" cannot compare a single field"},
        BadFile{"- rule: R\n  append: true\n  exceptions: [{name: n, fields: [a.b], comps: [in, "
                "in], values: [[x]]}]\n",
                "differ in length"},
        BadFile{"- rule: R\n  append: true\n  exceptions: [{name: pair, values: [[x]]}]\n",
                "1 values for 2 fields"},
        BadFile{"- rule: R\n  append: true\n  exceptions: [{name: single, values: [[x]]}]\n",
                "a list among the values of a single field"}));

TEST(RuleFiles, ReportAllProblemsAtOnceAndChangeNothingByThem) {
  const Loaded result = changed(
      "- rule: R\n  condition: and x\n  append: true\n  exceptions: [{name: pair, values: [[x]]}]\n"
      "- list: l\n- macro: m\n");
  EXPECT_EQ(result.diagnostics.error_count(), 3U);
  EXPECT_EQ(result.rule().condition->text(), "a.b = c");
}

TEST(RuleFileLimits, DepthAndCountAreBounded) {
  std::string deep = "- ";
  for (int i = 0; i < 100'000; ++i) deep += '[';
  EXPECT_TRUE(loaded(deep).diagnostics.has_errors());
  Loaded result;
  load_rule_file(
      std::make_shared<const kube::Source>("a", "- {list: a, items: []}\n- {list: b, items: []}\n",
                                           kube::SourceFormat::kYaml),
      result.definitions, result.diagnostics, {.max_definitions = 1});
  EXPECT_THAT(result.messages(), HasSubstr("more than 1 definitions"));
}

std::string corpora() {
  const char* named = std::getenv("YAGURA_CORPORA");
  return std::string(named != nullptr ? named : YAGURA_SOURCE_DIR "/../shared/corpora") +
         "/falco-rules/";
}

TEST(PublishedRules, AreCounted) {
  Loaded result;
  for (const char* name : {"falco_rules", "falco-incubating_rules", "falco-sandbox_rules"}) {
    const auto text = core::read_file(corpora() + name + ".yaml");
    if (!text) GTEST_SKIP() << "skipped: no corpora";
    result.add(*text, name);
  }
  EXPECT_EQ(result.messages(), "");
  EXPECT_EQ(result.definitions.rules.entries().size(), 93U);
}

}  // namespace
}  // namespace yagura::rules
