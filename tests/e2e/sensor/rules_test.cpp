// Each published rule is fired by an action and not by its benign twin.

#include <gtest/gtest.h>

#include <cctype>

#include "runner/world.hpp"
#include "scenario/scenario.hpp"

namespace yagura::sensor::e2e {
namespace {

class PublishedRule : public testing::TestWithParam<Scenario> {};

TEST_P(PublishedRule, IsFiredByTheActionAlone) {
  YAGURA_NEEDS_WORLD();
  const Scenario& scenario = GetParam();
  const Outcome outcome = World::get().stage().play(scenario);
  ASSERT_EQ(outcome.problem, "");
  const std::vector<SeenAlert> benign = outcome.benign.of(scenario.rule);
  EXPECT_TRUE(benign.empty()) << "the benign twin fired it: " << benign.front().json;
  const std::vector<SeenAlert> fired = outcome.action.of(scenario.rule);
  ASSERT_FALSE(fired.empty()) << "fired instead: " << list_of(outcome.action.alerts);
  EXPECT_EQ(fired.front().pod, outcome.action.pod);
  EXPECT_EQ(fired.front().name_space, outcome.action.pod.empty() ? "" : "e2e");
  EXPECT_NE(fired.front().json.find(scenario.shows), std::string::npos)
      << scenario.shows << " is not in " << fired.front().json;
  if (!scenario.process.empty()) {
    EXPECT_EQ(fired.front().process, scenario.process) << fired.front().json;
  }
}

// "Read sensitive file untrusted" to "ReadSensitiveFileUntrusted".
std::string case_name(const testing::TestParamInfo<Scenario>& info) {
  std::string name;
  bool is_start = true;
  for (const char c : info.param.rule) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) {
      is_start = true;
      continue;
    }
    name += is_start ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    is_start = false;
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Stable, PublishedRule, testing::ValuesIn(stable_scenarios()), case_name);
INSTANTIATE_TEST_SUITE_P(Incubating, PublishedRule, testing::ValuesIn(incubating_scenarios()),
                         case_name);
INSTANTIATE_TEST_SUITE_P(Sandbox, PublishedRule, testing::ValuesIn(sandbox_scenarios()), case_name);

TEST(PublishedRules, AreFiredWithoutALostRecord) {
  YAGURA_NEEDS_WORLD();
  EXPECT_EQ(World::get().sensor().lost(), 0U);
}

}  // namespace
}  // namespace yagura::sensor::e2e
