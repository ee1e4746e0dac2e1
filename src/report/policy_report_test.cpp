#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/report.hpp"
#include "report/testing/golden.hpp"
#include "report/testing/sample.hpp"

namespace yagura::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string policy_report(const Report& report) {
  return write(report, Format::kPolicyReport, {.show_passed = true});
}

std::size_t occurrences(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

TEST(PolicyReport, LooksLikeThis) {
  testing::expect_golden("policy-report.yaml", policy_report(testing::shop_report()));
}

TEST(PolicyReport, IsOneForTheClusterAndOneForEachNamespace) {
  const std::string text = policy_report(testing::shop_report());
  EXPECT_EQ(occurrences(text, "\nkind: ClusterPolicyReport\n"), 1U);
  EXPECT_EQ(occurrences(text, "\nkind: PolicyReport\n"), 2U);
  EXPECT_EQ(occurrences(text, "\n  namespace: \"shop\"\n"), 1U);
}

TEST(PolicyReport, SplitsReportsThatEtcdWouldRefuse) {
  Report report = testing::large_report(2500);
  auto one = std::make_shared<model::Resource>(*report.findings[0].resource);
  for (model::Finding& finding : report.findings) finding.resource = one;
  const std::string text = policy_report(report);
  EXPECT_EQ(occurrences(text, "\nkind: PolicyReport\n"), 3U);
  EXPECT_THAT(text, HasSubstr("\n  name: yagura-3\n"));
  EXPECT_EQ(occurrences(text, "\n- source: yagura"), 2500U);
  EXPECT_THAT(text, HasSubstr("\n  fail: 500\n"));
}

TEST(PolicyReport, BoundsTheTextOfAResult) {
  Report report = testing::shop_report();
  report.findings[0].message = std::string(100'000, 'x');
  EXPECT_LT(policy_report(report).size(), 30'000U);
}

TEST(PolicyReport, HostileStringsStayQuotedScalars) {
  const std::string text = policy_report(testing::hostile_report());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    const std::string_view line = std::string_view(text).substr(at, end - at);
    const std::size_t quote = line.find('"');
    EXPECT_TRUE(quote == std::string_view::npos ||
                (line.ends_with('"') && line.substr(0, quote).ends_with(": ")))
        << line;
    at = end + 1;
  }
  EXPECT_THAT(text, Not(HasSubstr("\n<")));
}

TEST(PolicyReport, AnEmptyScanIsAnErrorAndACleanOneIsEmpty) {
  EXPECT_THAT(policy_report(testing::empty_report()),
              HasSubstr("rule: nothing-judged\n  result: error"));
  Report judged = testing::empty_report();
  judged.summary.resources = 1;
  EXPECT_THAT(policy_report(judged), HasSubstr("results: []"));
}

}  // namespace
}  // namespace yagura::report
