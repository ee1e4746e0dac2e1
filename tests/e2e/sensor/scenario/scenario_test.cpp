// The table itself: each published rule has its scenario, and what scenarios name is there.

#include "scenario/scenario.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>

namespace yagura::sensor::e2e {
namespace {

std::string corpora() {
  const char* given = std::getenv("YAGURA_CORPORA");
  return given != nullptr ? given : std::string(YAGURA_SOURCE_DIR) + "/../shared/corpora";
}

std::vector<std::string> rules_of(const std::string& file) {
  std::vector<std::string> rules;
  std::ifstream in(corpora() + "/falco-rules/" + file);
  constexpr std::string_view kItem = "- rule: ";
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(kItem)) rules.push_back(line.substr(kItem.size()));
  }
  return rules;
}

void expect_scenario_for_each_rule(const std::string& file, std::span<const Scenario> scenarios) {
  const std::vector<std::string> rules = rules_of(file);
  if (rules.empty()) GTEST_SKIP() << "skipped: no corpora";
  std::set<std::string> described;
  for (const Scenario& scenario : scenarios) described.emplace(scenario.rule);
  for (const std::string& rule : rules) EXPECT_TRUE(described.contains(rule)) << rule;
  EXPECT_EQ(described.size(), rules.size());
  EXPECT_EQ(scenarios.size(), rules.size());
}

TEST(Scenarios, AreThereForEachStableRule) {
  expect_scenario_for_each_rule("falco_rules.yaml", stable_scenarios());
}
TEST(Scenarios, AreThereForEachIncubatingRule) {
  expect_scenario_for_each_rule("falco-incubating_rules.yaml", incubating_scenarios());
}
TEST(Scenarios, AreThereForEachSandboxRule) {
  expect_scenario_for_each_rule("falco-sandbox_rules.yaml", sandbox_scenarios());
}

TEST(Scenarios, AreSplitIntoWordsAndQuotedOnes) {
  EXPECT_EQ(split_words("sh -c 'true > /tmp/a b'  x"),
            (std::vector<std::string>{"sh", "-c", "true > /tmp/a b", "x"}));
  EXPECT_EQ(split_words("'' a"), (std::vector<std::string>{"", "a"}));
}

}  // namespace
}  // namespace yagura::sensor::e2e
