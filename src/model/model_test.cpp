#include <gtest/gtest.h>

#include "model/finding.hpp"

namespace yagura::model {
namespace {

Finding sample() {
  auto control = std::make_shared<Control>();
  control->id = "privileged-container";
  auto resource = std::make_shared<Resource>();
  *resource = {.api_version = "apps/v1",
               .kind = "Deployment",
               .namespace_ = "shop",
               .name = "web",
               .file = "a.yaml",
               .line = 3};
  Finding finding;
  finding.control = control;
  finding.resource = resource;
  finding.subject = "app";
  finding.location = {.line = 9,
                      .column = 5,
                      .end_line = 9,
                      .end_column = 9,
                      .path = "spec.template.spec.containers[0].securityContext.privileged",
                      .missing = false};
  return finding;
}

TEST(Fingerprint, SurvivesMovesOfLinesAndListPositions) {
  const Finding before = sample();
  Finding after = sample();
  after.location.line = 90;
  after.location.path = "spec.template.spec.containers[12].securityContext.privileged";
  EXPECT_EQ(fingerprint(before), fingerprint(after));
  EXPECT_EQ(fingerprint(before).size(), 16U);
}

TEST(Fingerprint, TellsContainersApart) {
  Finding other = sample();
  other.subject = "sidecar";
  EXPECT_NE(fingerprint(sample()), fingerprint(other));
}

TEST(Fingerprint, TellsElementsBelowANamedOneApart) {
  Finding first = sample();
  first.location.path = "spec.template.spec.containers[0].ports[0].hostPort";
  Finding second = sample();
  second.location.path = "spec.template.spec.containers[0].ports[1].hostPort";
  EXPECT_NE(fingerprint(first), fingerprint(second));
  second.location.path = "spec.template.spec.containers[3].ports[0].hostPort";
  EXPECT_EQ(fingerprint(first), fingerprint(second));
}

TEST(Fingerprint, IsTheSameInEveryReleaseSoThatBaselinesLast) {
  EXPECT_EQ(fingerprint(sample()), "0f2d82260f1497e9");
}

TEST(Severity, ReadsItsOwnNamesInAnyCase) {
  EXPECT_EQ(severity_from_string("CRITICAL"), Severity::kCritical);
  EXPECT_EQ(severity_from_string("urgent"), std::nullopt);
  EXPECT_LT(Severity::kLow, Severity::kHigh);
}

TEST(Resource, DisplayNameHasTheNamespaceWhereThereIsOne) {
  EXPECT_EQ(display_name(*sample().resource), "Deployment/shop/web");
  EXPECT_EQ(
      display_name({.api_version = "v1", .kind = "Pod", .namespace_ = {}, .name = {}, .file = {}}),
      "Pod/(unnamed)");
}

}  // namespace
}  // namespace yagura::model
