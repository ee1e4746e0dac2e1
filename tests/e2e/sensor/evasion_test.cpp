// What is done in ways that are meant not to be seen is seen.

#include "scenario/evasion.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

#include "runner/world.hpp"

namespace yagura::sensor::e2e {
namespace {

void expect_json(const SeenAlert& alert) {
  simdjson::dom::parser parser;
  const auto document = parser.parse(alert.json);
  ASSERT_EQ(document.error(), simdjson::SUCCESS) << alert.json;
  std::string_view rule;
  EXPECT_EQ(document["rule"].get(rule), simdjson::SUCCESS);
  EXPECT_EQ(rule, alert.rule);
}

class Evading : public testing::TestWithParam<Evasion> {};

TEST_P(Evading, DoesNotHelp) {
  YAGURA_NEEDS_WORLD();
  const Evasion& evasion = GetParam();
  const Outcome outcome =
      World::get().stage().play_steps(evasion.place, evasion.setup, evasion.action);
  ASSERT_EQ(outcome.problem, "");
  const std::vector<SeenAlert> fired = outcome.action.of(evasion.rule);
  ASSERT_FALSE(fired.empty()) << "fired instead: " << list_of(outcome.action.alerts);
  if (!evasion.process.empty()) {
    EXPECT_EQ(fired.front().process, evasion.process);
  }
  for (const SeenAlert& alert : outcome.action.alerts) expect_json(alert);
}

INSTANTIATE_TEST_SUITE_P(By, Evading, testing::ValuesIn(evasions()),
                         [](const auto& evasion) { return std::string(evasion.param.name); });

// A thread swaps the path while the kernel reads it. Of each open the sensor tells what the kernel
// opened, whatever the memory says afterwards: one alert for each time that it was the secret.
TEST(ChangedPath, IsToldAsTheKernelOpenedIt) {
  YAGURA_NEEDS_WORLD();
  const Outcome outcome = World::get().stage().play_steps(Place::kWorkload, {"touch /etc/shadoW"},
                                                          {"actor race /etc/shadoW /etc/shadow"});
  ASSERT_EQ(outcome.problem, "");
  const auto opened = std::stoul(outcome.output);  // how often the kernel opened the secret
  EXPECT_GT(opened, 0U);
  EXPECT_GE(outcome.action.of("Read sensitive file untrusted").size(), opened);
}

}  // namespace
}  // namespace yagura::sensor::e2e
