// The verdicts of every check that ships. (The fields that findings blame are the posture engine's
// to test.)

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "policy/testing/table_tests.hpp"

namespace yagura::policy {
namespace {

TEST(ShippedRules, EveryTableTestHolds) {
  const auto folders = find_policy_tests(std::string(YAGURA_SOURCE_DIR) + "/rules/checks");
  ASSERT_FALSE(folders.empty());
  for (const auto& folder : folders) {
    Diagnostics diagnostics;
    const auto report = run_policy_tests(folder, diagnostics);
    for (const Diagnostic& diagnostic : diagnostics.list()) ADD_FAILURE() << to_string(diagnostic);
    if (!report) {
      ADD_FAILURE() << report.error().message;
      continue;
    }
    for (const PolicyTestResult& result : report->results) {
      EXPECT_TRUE(result.passed) << fmt::format("{}/tests.yaml:{}: {}: {}", folder.string(),
                                                result.line, result.name, result.problem);
    }
  }
}

}  // namespace
}  // namespace yagura::policy
