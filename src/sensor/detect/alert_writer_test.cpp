#include "sensor/detect/alert_writer.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sensor/detect/testing/scene.hpp"

namespace yagura::sensor {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::rules_of;
using testing::Scene;

constexpr std::string_view kRule = R"(
- rule: Secret read
  desc: x
  condition: evt.type=openat and fd.name=/etc/secret
  output: file=%fd.name flags=%evt.arg.flags by=%proc.name
  priority: WARNING
  tags: [filesystem]
)";

class AlertWriterTest : public ::testing::Test {
 protected:
  // The scene's events judged once more, into the writer.
  void use(AlertWriterOptions options) {
    const ViewSources sources{.processes = &scene.pipeline.processes(), .hostname = "node-1"};
    writer = std::make_unique<AlertWriter>(
        options, sources, [this](std::string_view line) { lines.emplace_back(line); });
    detector = std::make_unique<Detector>(rules_of(kRule), DetectorOptions{}, sources, *writer);
    scene.pipeline.add_consumer(*detector);
  }
  void open() { scene.feed(scene.open(Scene::kInit, "/etc/secret", O_RDONLY)); }

  Scene scene{rules_of(kRule)};
  std::vector<std::string> lines;
  std::unique_ptr<AlertWriter> writer;
  std::unique_ptr<Detector> detector;
};

TEST_F(AlertWriterTest, WritesFalcosJson) {
  use({.format = AlertFormat::kJson, .append_container = false});
  open();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_THAT(lines[0], HasSubstr(R"({"hostname":"node-1","output":")"));
  EXPECT_THAT(lines[0], HasSubstr(R"(: Warning file=/etc/secret flags=O_RDONLY by=app")"));
  EXPECT_THAT(lines[0], HasSubstr(R"("evt.arg.flags":"O_RDONLY")"));
  EXPECT_THAT(lines[0],
              HasSubstr(R"("priority":"Warning","rule":"Secret read","source":"syscall")"));
  EXPECT_THAT(lines[0], HasSubstr(R"("tags":["filesystem"])"));
}

TEST_F(AlertWriterTest, PutsContainerAndPodBehindOutputs) {
  use({.format = AlertFormat::kText});
  open();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_THAT(lines[0], HasSubstr("container_id=333333333333 "));
  EXPECT_THAT(lines[0], HasSubstr("k8s_ns_name=shop k8s_pod_name=web-1"));
}

TEST_F(AlertWriterTest, AnalysesAddFieldsAndBadOutputsAreTextAsTheyAre) {
  use({.format = AlertFormat::kJson});
  class Once : public EventConsumer {
   public:
    explicit Once(AlertSink& to) : sink(&to) {}
    void on_event(const SensorEvent& event) override {
      const std::vector<std::pair<std::string, std::string>> fields = {{"yagura.score", "0.9\""}};
      sink->on_alert({.origin = AlertOrigin::kProfile,
                      .rule = "New",
                      .priority = "Notice",
                      .tags = {},
                      .output = "50 % of %no.such.field",
                      .fields = fields,
                      .event = &event});
    }
    AlertSink* sink;
  } once(*writer);
  scene.pipeline.add_consumer(once);
  scene.feed(scene.call(Scene::kInit, "close"));
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_THAT(lines[0], HasSubstr(R"("yagura.score":"0.9\"")"));
  EXPECT_THAT(lines[0], HasSubstr("50 % of %no.such.field"));
  EXPECT_EQ(writer->counts().bad_outputs, 1U);
}

TEST_F(AlertWriterTest, VerdictsSayWhatTheyAreAbout) {
  use({.format = AlertFormat::kText});
  class Once : public EventConsumer {
   public:
    explicit Once(AlertSink& to) : sink(&to) {}
    void on_event(const SensorEvent& event) override {
      const std::vector<std::pair<std::string, std::string>> fields = {
          {"yagura.subject", "/bin/%proc.name\n"}, {"yagura.peer", "192.0.2.1:80"}};
      SensorAlert alert{.origin = AlertOrigin::kEnforcement,
                        .rule = "Policy web",
                        .priority = "Critical",
                        .tags = {},
                        .output = "exec blocked",
                        .fields = fields,
                        .event = &event};
      sink->on_alert(alert);
      alert.origin = AlertOrigin::kProfile;
      sink->on_alert(alert);
    }
    AlertSink* sink;
  } once(*writer);
  scene.pipeline.add_consumer(once);
  scene.feed(scene.call(Scene::kInit, "close"));
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_THAT(lines[0], ::testing::EndsWith(" subject=/bin/%proc.name\\n peer=192.0.2.1:80"));
  EXPECT_THAT(lines[1], Not(HasSubstr("subject")));
}

TEST_F(AlertWriterTest, JsonHasTheMembersThatAreAskedFor) {
  use({.format = AlertFormat::kJson,
       .json_members = {.output = false, .message = true, .output_fields = false, .tags = false}});
  open();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_THAT(lines[0], HasSubstr(R"("message":)"));
  EXPECT_THAT(lines[0], Not(HasSubstr(R"("output":)")));
  EXPECT_THAT(lines[0], Not(HasSubstr(R"("output_fields":)")));
  EXPECT_THAT(lines[0], Not(HasSubstr(R"("tags":)")));
}

TEST_F(AlertWriterTest, ARateLeavesOutAndSaysHowMany) {
  use({.format = AlertFormat::kJson, .rate = {.per_second = 1, .burst = 2}});
  for (int i = 0; i < 5; ++i) open();
  EXPECT_EQ(lines.size(), 2U);
  EXPECT_EQ(writer->counts().suppressed, 3U);
  scene.time_ns += 5'000'000'000;
  open();
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_THAT(lines[2], HasSubstr(R"("yagura.suppressed":"3")"));
  EXPECT_THAT(lines[0], Not(HasSubstr("suppressed")));
}

TEST_F(AlertWriterTest, WhatFiredByTheGivenNameShowsIt) {
  use({.format = AlertFormat::kText});
  scene.feed(scene.open(Scene::kInit, "/etc/secret", O_RDONLY, "/data/x"));
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_THAT(lines[0], HasSubstr("file=/etc/secret "));
}

}  // namespace
}  // namespace yagura::sensor
