#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/report.hpp"
#include "report/testing/golden.hpp"
#include "report/testing/json_check.hpp"
#include "report/testing/sample.hpp"

namespace yagura::report {
namespace {

using ::testing::HasSubstr;
using testing::json_at;
using testing::json_size;
using ::testing::Not;

std::string sarif(const Report& report, const WriteOptions& options = {}) {
  return write(report, Format::kSarif, options);
}

TEST(Sarif, LooksLikeThis) {
  testing::expect_golden("report.sarif", sarif(testing::shop_report(), {.show_passed = true}));
}

TEST(Sarif, IsJsonWhateverItIsGiven) {
  EXPECT_TRUE(testing::is_json_document(sarif(testing::hostile_report(), {.show_passed = true})));
  EXPECT_TRUE(testing::is_json_document(sarif(testing::empty_report())));
}

TEST(Sarif, EveryResultNamesItsRule) {
  const std::string text = sarif(testing::shop_report());
  for (std::size_t i = 0; i < json_size(text, "/runs/0/results"); ++i) {
    const std::string result = "/runs/0/results/" + std::to_string(i);
    const std::string rule = "/runs/0/tool/driver/rules/" + json_at(text, result + "/ruleIndex");
    EXPECT_EQ(json_at(text, result + "/ruleId"), json_at(text, rule + "/id"));
  }
}

TEST(Sarif, MapsSeverityToLevelAndToGitHubsScore) {
  const std::string text = sarif(testing::shop_report());
  EXPECT_EQ(json_at(text, "/runs/0/results/4/level"), "error");
  EXPECT_EQ(json_at(text, "/runs/0/results/0/level"), "warning");
  EXPECT_EQ(json_at(text, "/runs/0/results/7/level"), "note");
  EXPECT_EQ(json_at(text, "/runs/0/tool/driver/rules/4/properties/security-severity"), "9.5");
  EXPECT_EQ(json_at(text, "/runs/0/tool/driver/rules/3/properties/security-severity"), "3.0");
}

TEST(Sarif, WhatIsNotAFailHasNoLevel) {
  const std::string text = sarif(testing::shop_report(), {.show_passed = true});
  EXPECT_EQ(json_at(text, "/runs/0/results/5/kind"), "open");
  EXPECT_EQ(json_at(text, "/runs/0/results/5/level"), "none");
  EXPECT_EQ(json_at(text, "/runs/0/results/8/kind"), "pass");
  EXPECT_EQ(json_at(text, "/runs/0/results/8/level"), "none");
}

TEST(Sarif, ExceptionsAreSuppressions) {
  const std::string text = sarif(testing::shop_report());
  EXPECT_EQ(json_at(text, "/runs/0/results/6/suppressions/0/kind"), "external");
  EXPECT_THAT(json_at(text, "/runs/0/results/6/suppressions/0/justification"),
              HasSubstr("the mesh does this"));
  EXPECT_EQ(json_at(text, "/runs/0/results/0/suppressions"), "[]")
      << "all results have them where one has (3.27.23)";
}

TEST(Sarif, FixesAreThereWhereTheEditsAreKnown) {
  const std::string text = sarif(testing::shop_report());
  const std::string change = "/runs/0/results/4/fixes/0/artifactChanges/0";
  EXPECT_EQ(json_at(text, change + "/artifactLocation/uri"), "examples/shop/web.yaml");
  EXPECT_EQ(json_at(text, change + "/replacements/0/deletedRegion/startColumn"), "27");
  EXPECT_EQ(json_at(text, change + "/replacements/0/insertedContent/text"), "false");
  EXPECT_EQ(json_at(text, "/runs/0/results/0/fixes"), "(missing)");
}

TEST(Sarif, PlacesAreUris) {
  Report report = testing::shop_report();
  auto moved = std::make_shared<model::Resource>(*report.findings[0].resource);
  moved->file = "/tmp/my manifests/a.yaml";
  report.findings[0].resource = moved;
  const std::string text = sarif(report);
  const std::string artifact = "/runs/0/results/0/locations/0/physicalLocation/artifactLocation";
  EXPECT_EQ(json_at(text, artifact + "/uri"), "file:///tmp/my%20manifests/a.yaml");
  EXPECT_EQ(json_at(text, artifact + "/uriBaseId"), "(missing)");
  EXPECT_EQ(
      json_at(text, "/runs/0/results/1/locations/0/physicalLocation/artifactLocation/uriBaseId"),
      "%SRCROOT%");
}

TEST(Sarif, ALiveObjectHasALogicalPlaceOnly) {
  Report report = testing::shop_report();
  auto live = std::make_shared<model::Resource>(*report.findings[0].resource);
  live->file.clear();
  report.findings[0].resource = live;
  const std::string text = sarif(report);
  EXPECT_EQ(json_at(text, "/runs/0/results/0/locations/0/physicalLocation"), "(missing)");
  EXPECT_EQ(json_at(text, "/runs/0/results/0/locations/0/logicalLocations/0/fullyQualifiedName"),
            "Deployment shop/web");
}

TEST(Sarif, MessagesMakeNoLinks) {
  Report report = testing::shop_report();
  report.findings[0].message = "see [this](https://evil.example)";
  EXPECT_EQ(json_at(sarif(report), "/runs/0/results/0/message/text"),
            "see \\[this\\](https://evil.example)");
  report.findings[0].message = "spec.containers[0]";
  EXPECT_EQ(json_at(sarif(report), "/runs/0/results/0/message/text"), "spec.containers[0]");
}

TEST(Sarif, TellsThatInputCouldNotBeRead) {
  const std::string text = sarif(testing::shop_report());
  EXPECT_EQ(json_at(text, "/runs/0/invocations/0/executionSuccessful"), "false");
  EXPECT_EQ(json_at(text, "/runs/0/invocations/0/toolExecutionNotifications/0/level"), "error");
  EXPECT_EQ(json_at(sarif(testing::empty_report()), "/runs/0/properties/verdict"),
            "nothing-judged");
}

TEST(Sarif, OnlyWebAddressesBecomeHelp) {
  const std::string text = sarif(testing::hostile_report());
  EXPECT_THAT(text, Not(HasSubstr("\"helpUri\":\"javascript")));
  EXPECT_THAT(text, HasSubstr("\"helpUri\":\"https://ok.example/a?b=1&c=2\""));
}

}  // namespace
}  // namespace yagura::report
