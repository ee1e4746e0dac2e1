#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/report.hpp"
#include "report/testing/golden.hpp"
#include "report/testing/json_check.hpp"
#include "report/testing/sample.hpp"

namespace yagura::report {
namespace {

using testing::json_at;

std::vector<std::string> events(const Report& report) {
  const std::string text = write(report, Format::kOcsf, {.show_passed = true});
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

TEST(Ocsf, LooksLikeThis) {
  testing::expect_golden("ocsf.jsonl",
                         write(testing::shop_report(), Format::kOcsf, {.show_passed = true}));
}

TEST(Ocsf, EveryLineIsAComplianceFinding) {
  const std::vector<std::string> hostile = events(testing::hostile_report());
  EXPECT_EQ(hostile.size(), 5U);
  for (const std::string& event : hostile) {
    EXPECT_EQ(json_at(event, "/category_uid"), "2");
    EXPECT_EQ(json_at(event, "/class_uid"), "2003");
    EXPECT_EQ(json_at(event, "/activity_id"), "1");
    EXPECT_EQ(json_at(event, "/type_uid"), "200301");
    EXPECT_EQ(json_at(event, "/time"), "1767323045000");
    EXPECT_EQ(json_at(event, "/metadata/version"), "1.5.0");
    EXPECT_EQ(json_at(event, "/finding_info/uid").size(), 16U);
    EXPECT_NE(json_at(event, "/compliance/standards/0"), "(missing)");
  }
}

TEST(Ocsf, StatusOfTheCheckAndOfTheFindingAreApart) {
  const std::vector<std::string> shop = events(testing::shop_report());
  EXPECT_EQ(json_at(shop[0], "/compliance/status"), "Fail");
  EXPECT_EQ(json_at(shop[0], "/status"), "New");
  EXPECT_EQ(json_at(shop[5], "/compliance/status_id"), "2") << "did not yield a result";
  EXPECT_EQ(json_at(shop[6], "/compliance/status"), "Fail");
  EXPECT_EQ(json_at(shop[6], "/status"), "Suppressed");
  EXPECT_EQ(json_at(shop[8], "/compliance/status"), "Pass");
}

TEST(Ocsf, TagsBecomeStandardsAndRequirements) {
  const std::string event = events(testing::shop_report())[4];
  EXPECT_EQ(json_at(event, "/compliance/standards"), R"(["cis-1.12","pss","mitre"])");
  EXPECT_EQ(json_at(event, "/compliance/requirements/0"), "cis-1.12:5.2.2");
  EXPECT_EQ(json_at(event, "/severity_id"), "5");
  EXPECT_EQ(json_at(event, "/resources/0/uid"), "Deployment/shop/web");
}

TEST(Ocsf, AnEmptyScanIsOneEventOfUnknownStatus) {
  const std::vector<std::string> empty = events(testing::empty_report());
  ASSERT_EQ(empty.size(), 1U);
  EXPECT_EQ(json_at(empty[0], "/compliance/status_id"), "0");
}

}  // namespace
}  // namespace yagura::report
