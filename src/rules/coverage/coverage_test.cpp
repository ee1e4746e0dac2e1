#include "rules/coverage/coverage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/compile/compiler.hpp"
#include "rules/load/loader.hpp"

namespace yagura::rules {
namespace {

using testing::ElementsAre;

constexpr std::string_view kRules = R"(
- rule: Shell
  desc: d
  output: o
  priority: INFO
  condition: evt.type in (execve, execveat) and proc.name = sh
  tags: [mitre_execution, T1059.004, T1059, container]
- rule: Off
  desc: d
  output: o
  priority: INFO
  condition: evt.type = open and fd.num = 1
  tags: [T1059, Tea, TA0003]
  enabled: false
- rule: Any
  desc: d
  output: o
  priority: INFO
  condition: proc.name = x
  warn_evttypes: false
- rule: Audit
  desc: d
  output: o
  priority: INFO
  source: k8s_audit
  condition: ka.verb = create
)";

std::shared_ptr<const RuleSet> rules_of(std::string text) {
  Definitions definitions;
  Diagnostics diagnostics;
  load_rule_file(
      std::make_shared<const kube::Source>("a", std::move(text), kube::SourceFormat::kYaml),
      definitions, diagnostics);
  auto rules = compile_rules(definitions, diagnostics);
  EXPECT_NE(rules, nullptr);
  return rules;
}

std::vector<std::string> names_of(const RulesBy& by) {
  std::vector<std::string> names;
  for (const auto& [name, rules] : by) {
    names.push_back(name + "=" + std::to_string(rules.size()) + "/" +
                    std::to_string(enabled_count(rules)));
  }
  return names;
}

TEST(Coverage, TellsTagsAndTypes) {
  const auto rules = rules_of(std::string(kRules));
  const Coverage coverage = coverage_of(*rules);
  EXPECT_EQ(coverage.rules, 4U);
  EXPECT_EQ(coverage.enabled, 3U);
  EXPECT_THAT(names_of(coverage.tactics), ElementsAre("TA0003=1/0", "mitre_execution=1/1"));
  EXPECT_THAT(names_of(coverage.techniques), ElementsAre("T1059=2/1", "T1059.004=1/1"));
  EXPECT_THAT(names_of(coverage.tags), ElementsAre("Tea=1/0", "container=1/1"));
  EXPECT_THAT(names_of(coverage.event_types),
              ElementsAre("all=1/1", "execve=1/1", "execveat=1/1", "k8s_audit=1/1", "open=1/0"));
  EXPECT_EQ(coverage.without_attack_tags.size(), 2U);
}

TEST(Coverage, TellsWhatChanges) {
  const auto before = rules_of(std::string(kRules));
  const auto after = rules_of(std::string(kRules) +
                              "- {rule: Shell, enabled: false}\n- {rule: Off, enabled: true}\n"
                              "- rule: New\n  desc: d\n  output: o\n  priority: INFO\n"
                              "  condition: evt.type = open and fd.num = 2\n  tags: [T1]\n");
  const auto techniques =
      changes_of(coverage_of(*before).techniques, coverage_of(*after).techniques);
  ASSERT_EQ(techniques.size(), 2U);  // T1059 has one enabled rule in both
  EXPECT_EQ(techniques[0].name, "T1");
  EXPECT_EQ(techniques[0].before, 0U);
  EXPECT_EQ(techniques[0].after, 1U);
  EXPECT_EQ(techniques[1].name, "T1059.004");
  EXPECT_EQ(techniques[1].after, 0U);
  std::vector<std::string> rules;
  for (const RuleChange& change : changes_of(*before, *after)) {
    rules.push_back(change.name + " " + std::string(to_string(change.kind)));
  }
  EXPECT_THAT(rules, ElementsAre("New added", "Off enabled", "Shell disabled"));
  EXPECT_THAT(changes_of(*after, *before).front().kind, RuleChange::Kind::kRemoved);
}

}  // namespace
}  // namespace yagura::rules
