#include "posture/config.hpp"

#include <gtest/gtest.h>

#include "kube/testing.hpp"
#include "posture/exceptions.hpp"
#include "posture/fix_template.hpp"
#include "posture/glob.hpp"

namespace yagura::posture {
namespace {

using std::chrono::sys_days;
using namespace std::chrono_literals;

Config read(std::string_view yaml, Diagnostics& diagnostics) {
  const kube::Document document = kube::parse_one(yaml);
  return read_config(document, diagnostics);
}

TEST(Config, ReadsEverySection) {
  Diagnostics diagnostics;
  const Config config = read(R"(
apiVersion: yagura.dev/v1alpha1
kind: Config
scan: {failOn: high, exclude: ["charts/**"]}
controls:
  C-0057: {enabled: false}
  untrusted-registry: {severity: critical, params: {registries: "a,b"}}
exceptions:
  - controls: [privileged-container, C-0017]
    resource: {kind: DaemonSet, namespace: kube-system, name: "node-*"}
    container: agent
    owner: platform
    reason: needs it
    expires: 2027-02-28
)",
                             diagnostics);
  EXPECT_TRUE(diagnostics.list().empty()) << to_string(diagnostics.list().front());
  EXPECT_EQ(config.fail_on, "high");
  EXPECT_EQ(config.exclude, std::vector<std::string>{"charts/**"});
  EXPECT_EQ(config.controls.at("C-0057").enabled, false);
  EXPECT_EQ(config.controls.at("untrusted-registry").severity, model::Severity::kCritical);
  EXPECT_EQ(config.controls.at("untrusted-registry").params.at("registries"), "a,b");
  ASSERT_EQ(config.exceptions.size(), 1U);
  EXPECT_EQ(config.exceptions[0].subject, "agent");
  EXPECT_EQ(config.exceptions[0].expires, sys_days(2027y / 2 / 28));
}

TEST(Config, EveryMistakeIsReportedWithItsPlace) {
  Diagnostics diagnostics;
  const Config config = read(R"(apiVersion: yagura.dev/v1alpha1
kind: Config
scan: {failOn: urgent}
exeptions: []
exceptions:
  - control: C-0057
    reason: no owner
  - control: C-0057
    owner: me
    reason: a day that is none
    expires: 2027-02-30
)",
                             diagnostics);
  EXPECT_TRUE(config.exceptions.empty());
  ASSERT_EQ(diagnostics.error_count(), 4U);
  EXPECT_EQ(diagnostics.list()[0].line, 3U);
  EXPECT_NE(diagnostics.list()[1].message.find("exeptions"), std::string::npos);
  EXPECT_EQ(diagnostics.list()[1].line, 4U);
}

TEST(Glob, StarsAndQuestionMarks) {
  EXPECT_TRUE(glob_match("node-*", "node-exporter"));
  EXPECT_TRUE(glob_match("*-?", "a-b-c"));
  EXPECT_TRUE(glob_match("**", ""));
  EXPECT_FALSE(glob_match("node-*", "my-node-x"));
  EXPECT_FALSE(glob_match("", "x"));
  EXPECT_FALSE(glob_match(std::string(200, '*') + "b", std::string(5000, 'a')));
}

class ExceptionsTest : public testing::Test {
 protected:
  ExceptionsTest() {
    auto control = std::make_shared<model::Control>();
    control->id = "privileged-container";
    control->aliases = {"C-0057"};
    controls_.add(control);
    auto other = std::make_shared<model::Control>();
    other->id = "host-pid";
    controls_.add(other);
  }

  model::Finding finding(std::string_view control, std::uint32_t line) {
    auto resource = std::make_shared<model::Resource>();
    resource->kind = "DaemonSet";
    resource->namespace_ = "kube-system";
    resource->name = "node-agent";
    resource->file = "test.yaml";
    model::Finding made;
    made.control = controls_.find(control).front();
    made.resource = resource;
    made.location.line = line;
    return made;
  }

  ControlIndex controls_;
  Diagnostics diagnostics_;
};

TEST_F(ExceptionsTest, AnAliasCoversTheControlUntilItsLastDay) {
  Config config;
  config.file = "yagura.yaml";
  config.exceptions = {{.controls = {"C-0057"},
                        .kind = "Daemon*",
                        .owner = "me",
                        .reason = "why",
                        .expires = sys_days(2027y / 3 / 31)}};
  std::vector<model::Finding> findings = {finding("privileged-container", 1),
                                          finding("host-pid", 1)};
  ExceptionSet(config, controls_, sys_days(2027y / 3 / 31), diagnostics_).apply(findings);
  EXPECT_EQ(findings[0].status, model::Status::kIgnored);
  EXPECT_NE(findings[0].ignored_by.find("owner me"), std::string::npos);
  EXPECT_EQ(findings[1].status, model::Status::kFail);
  EXPECT_TRUE(diagnostics_.list().empty());
}

TEST_F(ExceptionsTest, AnExpiredOneCoversNothingAndSaysSo) {
  Config config;
  config.exceptions = {{.controls = {"C-0057"},
                        .owner = "me",
                        .reason = "why",
                        .expires = sys_days(2027y / 3 / 31)}};
  std::vector<model::Finding> findings = {finding("privileged-container", 1)};
  ExceptionSet(config, controls_, sys_days(2027y / 4 / 1), diagnostics_).apply(findings);
  EXPECT_EQ(findings[0].status, model::Status::kFail);
  ASSERT_EQ(diagnostics_.list().size(), 1U);
  EXPECT_NE(diagnostics_.list()[0].message.find("expired on 2027-03-31"), std::string::npos);
}

TEST_F(ExceptionsTest, AnUnknownIdIsAWarningAndNeverMeansAll) {
  Config config;
  config.exceptions = {{.controls = {"hots-pid"}, .owner = "me", .reason = "why", .expires = {}}};
  std::vector<model::Finding> findings = {finding("host-pid", 1)};
  ExceptionSet(config, controls_, sys_days(2027y / 1 / 1), diagnostics_).apply(findings);
  EXPECT_EQ(findings[0].status, model::Status::kFail);
  ASSERT_EQ(diagnostics_.list().size(), 1U);
  EXPECT_NE(diagnostics_.list()[0].hint.find("host-pid"), std::string::npos);
}

TEST_F(ExceptionsTest, ACommentCoversItsLineAndAllBelowIt) {
  const kube::Document document = kube::parse_one(R"(apiVersion: apps/v1
kind: DaemonSet
spec:
  # yagura:ignore C-0057 the agent needs it
  template:
    spec:
      containers:
        - name: agent
  other: 1
)");
  std::vector<model::Finding> findings = {finding("privileged-container", 8),
                                          finding("privileged-container", 9),
                                          finding("host-pid", 8)};
  apply_document_ignores(document, controls_, findings, diagnostics_);
  EXPECT_EQ(findings[0].status, model::Status::kIgnored);
  EXPECT_EQ(findings[0].ignored_by, "the agent needs it (test.yaml:4)");
  EXPECT_EQ(findings[1].status, model::Status::kFail);
  EXPECT_EQ(findings[2].status, model::Status::kFail);
}

TEST_F(ExceptionsTest, AnAnnotationCoversTheWholeObject) {
  const kube::Document document = kube::parse_one(R"(kind: DaemonSet
metadata:
  annotations:
    yagura.dev/ignore: |
      privileged-container,host-pid node agent
)");
  std::vector<model::Finding> findings = {finding("privileged-container", 80),
                                          finding("host-pid", 9)};
  apply_document_ignores(document, controls_, findings, diagnostics_);
  EXPECT_EQ(findings[0].status, model::Status::kIgnored);
  EXPECT_EQ(findings[1].status, model::Status::kIgnored);
  EXPECT_TRUE(diagnostics_.list().empty());
}

TEST(FixTemplate, StepsBecomePointersFromTheirPlaces) {
  const kube::Document document = kube::parse_one(R"(
- set: $container.securityContext.capabilities.drop
  value: [ALL]
- append: $object.metadata.annotations["a/b"]
  value: x
- remove: $field
)");
  const auto fix = read_fix_template(document.root());
  ASSERT_TRUE(fix);
  const auto operations = instantiate(*fix,
                                      {.pod = {},
                                       .pod_template = {},
                                       .container = "/spec/containers/1",
                                       .element = {},
                                       .field = "/spec/hostPID"},
                                      document.root());
  ASSERT_EQ(operations.size(), 3U);
  EXPECT_EQ(operations[0].path, "/spec/containers/1/securityContext/capabilities/drop");
  EXPECT_EQ(operations[0].value, R"(["ALL"])");
  EXPECT_EQ(operations[1].path, "/metadata/annotations/a~1b");
  EXPECT_EQ(operations[2].path, "/spec/hostPID");
  EXPECT_TRUE(
      instantiate(*fix,
                  {.pod = {}, .pod_template = {}, .container = {}, .element = {}, .field = "/x"},
                  document.root())
          .empty());
}

TEST(FixTemplate, AFixThatWouldContradictTheObjectIsNotOffered) {
  const auto fix = read_fix_template(kube::parse_one(R"(
- unless: $container.securityContext.runAsUser
- set: $container.securityContext.runAsNonRoot
  value: true
)")
                                         .root());
  ASSERT_TRUE(fix);
  const FixPlaces places{
      .pod = {}, .pod_template = {}, .container = "/c", .element = {}, .field = {}};
  EXPECT_EQ(instantiate(*fix, places, kube::parse_one("c: {name: a}").root()).size(), 1U);
  EXPECT_TRUE(
      instantiate(*fix, places, kube::parse_one("c: {securityContext: {runAsUser: 0}}").root())
          .empty());
}

TEST(FixTemplate, AWrongStepIsNamed) {
  for (const char* yaml : {"- set: $pod.x", "- set: pod.x\n  value: 1", "- move: $pod.x",
                           "- remove: '$pod.[x'", "a: 1"}) {
    EXPECT_FALSE(read_fix_template(kube::parse_one(yaml).root())) << yaml;
  }
}

}  // namespace
}  // namespace yagura::posture
