#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/file.hpp"
#include "report/report.hpp"
#include "report/testing/golden.hpp"
#include "report/testing/json_check.hpp"
#include "report/testing/sample.hpp"

namespace yagura::report {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::json_at;
using testing::json_size;

std::string json(const Report& report, const WriteOptions& options = {}) {
  return write(report, Format::kJson, options);
}

std::string schema() {
  return core::read_file(YAGURA_SOURCE_DIR "/docs/schemas/report.schema.json").value_or("");
}

TEST(Json, LooksLikeThis) {
  testing::expect_golden("report.json", json(testing::shop_report(), {.show_passed = true}));
}

TEST(Json, FollowsItsSchema) {
  const WriteOptions all{.show_passed = true};
  for (const Report& report : {testing::shop_report(), testing::hostile_report(),
                               testing::empty_report(), testing::large_report(100)}) {
    EXPECT_THAT(testing::schema_problems(schema(), json(report, all)), IsEmpty());
  }
}

TEST(Json, TheSchemaRefusesWhatIsWrong) {
  std::string text = json(testing::shop_report());
  const auto swap = [&](std::string_view from, std::string_view to) {
    std::string changed = text;
    changed.replace(changed.find(from), from.size(), to);
    return testing::schema_problems(schema(), changed);
  };
  EXPECT_THAT(swap("\"status\":\"fail\"", "\"status\":\"bad\""), ::testing::SizeIs(1));
  EXPECT_THAT(swap("\"subject\":", "\"unknown\":"), ::testing::SizeIs(1));
  EXPECT_THAT(swap("\"line\":29", "\"line\":0"), ::testing::SizeIs(1));
  EXPECT_THAT(swap("\"id\":\"7", "\"id\":\"x"), ::testing::SizeIs(1));
  EXPECT_THAT(swap("\"message\":\"container", "\"ignoredBy\":\"container"), ::testing::SizeIs(1));
}

TEST(Json, HasTheDocumentedMembersOfAFinding) {
  const std::string text = json(testing::shop_report());
  EXPECT_EQ(json_at(text, "/findings/4/id"), "0f2d82260f1497e9");
  EXPECT_EQ(json_at(text, "/findings/4/control"), "privileged-container");
  EXPECT_EQ(json_at(text, "/findings/4/aliases/0"), "C-0057");
  EXPECT_EQ(json_at(text, "/findings/4/severity"), "critical");
  EXPECT_EQ(json_at(text, "/findings/4/status"), "fail");
  EXPECT_EQ(json_at(text, "/findings/4/resource/apiVersion"), "apps/v1");
  EXPECT_EQ(json_at(text, "/findings/4/resource/kind"), "Deployment");
  EXPECT_EQ(json_at(text, "/findings/4/resource/namespace"), "shop");
  EXPECT_EQ(json_at(text, "/findings/4/resource/name"), "web");
  EXPECT_EQ(json_at(text, "/findings/4/location/file"), "examples/shop/web.yaml");
  EXPECT_EQ(json_at(text, "/findings/4/location/line"), "31");
  EXPECT_EQ(json_at(text, "/findings/4/location/column"), "15");
  EXPECT_EQ(json_at(text, "/findings/4/location/path"),
            "spec.template.spec.containers[0].securityContext.privileged");
  EXPECT_EQ(json_at(text, "/findings/4/fix/description"), "set privileged to false");
  EXPECT_EQ(json_at(text, "/findings/4/fix/operations/0/op"), "set");
  EXPECT_EQ(json_at(text, "/findings/4/fix/operations/0/value"), "false");
  EXPECT_EQ(json_at(text, "/findings/4/fix/edits/0/text"), "false");
  EXPECT_EQ(json_at(text, "/findings/6/status"), "ignored");
  EXPECT_THAT(json_at(text, "/findings/6/ignoredBy"), HasSubstr("the mesh does this"));
  EXPECT_EQ(json_at(text, "/controls/privileged-container/aliases/1"), "KSV-0017");
}

TEST(Json, CountsPassesThatItDoesNotList) {
  const std::string text = json(testing::shop_report());
  EXPECT_EQ(json_at(text, "/summary/status/pass"), "1");
  EXPECT_EQ(json_size(text, "/findings"), 8U);
  EXPECT_EQ(json_size(json(testing::shop_report(), {.show_passed = true}), "/findings"), 9U);
}

TEST(Json, LeavesOutThePlaceOfALiveObject) {
  Report report = testing::shop_report();
  report.findings[0].location.line = 0;
  report.findings[0].location.end_line = 0;
  const std::string text = json(report);
  EXPECT_EQ(json_at(text, "/findings/0/location/line"), "(missing)");
  EXPECT_EQ(json_at(text, "/findings/0/location/endLine"), "(missing)");
}

TEST(Json, HostileStringsRoundTripExceptForInvalidUtf8) {
  const std::string text = json(testing::hostile_report());
  const Report report = testing::hostile_report();
  EXPECT_EQ(json_at(text, "/findings/0/resource/kind"), report.findings[0].resource->kind);
  EXPECT_EQ(json_at(text, "/controls/unknown-control/severity"), "medium");
  EXPECT_THAT(json_at(text, "/findings/0/message"), HasSubstr("\xEF\xBF\xBD"));
}

TEST(Json, AFixValueThatIsNotJsonBecomesAString) {
  const std::string text = json(testing::hostile_report());
  EXPECT_THAT(json_at(text, "/findings/0/fix/operations/0/value"), HasSubstr("not json"));
  EXPECT_EQ(json_at(text, "/findings/0/fix/operations/1/value/x/1"), "2500.0");
  EXPECT_EQ(json_at(text, "/findings/0/fix/operations/2/value"), "(missing)");
}

}  // namespace
}  // namespace yagura::report
