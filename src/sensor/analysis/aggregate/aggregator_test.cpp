#include "sensor/analysis/aggregate/aggregator.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "sensor/analysis/facts/testing/event_builder.hpp"

namespace yagura::sensor {
namespace {

using testing::EventBuilder;
using testing::make_process;
using testing::RecordingSink;

constexpr std::int64_t kSecond = 1'000'000'000;

class AggregatorTest : public ::testing::Test {
 protected:
  void raise(std::string_view rule, std::string_view priority = "Warning") {
    const SensorEvent& event = build_.open("/etc/shadow");
    aggregator_.on_alert(
        {.rule = rule, .priority = priority, .output = "x %proc.name", .event = &event});
  }
  // As threads do: time goes on, then a tick.
  void pass(std::int64_t seconds) {
    build_.advance(seconds * kSecond);
    aggregator_.on_tick(build_.time());
  }

  std::shared_ptr<const Container> container_ = testing::make_container("web");
  RecordingSink sink_;
  Aggregator aggregator_{AggregatorOptions{.max_groups = 100}, sink_};
  EventBuilder build_{make_process(10, "/bin/sh", container_)};
};

TEST_F(AggregatorTest, TheFirstComesAtOnceTheRestAsOne) {
  for (int i = 0; i < 1000; ++i) {
    if (i == 500) build_.set_process(make_process(11, "/bin/cat", container_));
    raise("Read of shadow");
    build_.advance(kSecond / 100);
  }
  ASSERT_EQ(sink_.alerts.size(), 1U);
  EXPECT_FALSE(sink_.alerts[0].fields.contains("yagura.count"));
  pass(60);
  ASSERT_EQ(sink_.alerts.size(), 2U);
  EXPECT_EQ(sink_.alerts[1].fields["yagura.count"], "999");
  EXPECT_EQ(sink_.alerts[1].fields["yagura.processes"], "sh (499), cat (500)");
  EXPECT_EQ(sink_.alerts[1].fields["yagura.first"], "2023-11-14T22:13:20.010000000Z");
  EXPECT_EQ(sink_.alerts[1].output, "x %proc.name");
}

TEST_F(AggregatorTest, AFewGoThroughAtOnce) {
  Aggregator aggregator(AggregatorOptions{.at_once = 3}, sink_);
  for (int i = 0; i < 5; ++i) {
    aggregator.on_alert(
        {.rule = "A", .priority = "Warning", .output = "x", .event = &build_.open("/etc/shadow")});
  }
  EXPECT_EQ(sink_.alerts.size(), 3U);
  aggregator.flush();
  ASSERT_EQ(sink_.alerts.size(), 4U);
  EXPECT_EQ(sink_.alerts[3].fields["yagura.count"], "2");
}

TEST_F(AggregatorTest, ASingleOneHasNoSummary) {
  raise("A");
  pass(61);
  raise("A");
  EXPECT_EQ(sink_.alerts.size(), 2U);
  aggregator_.flush();
  EXPECT_EQ(sink_.alerts.size(), 2U);
}

TEST_F(AggregatorTest, RulesPodsAndPrioritiesAreApart) {
  raise("A");
  raise("B");
  raise("A", "Critical");
  auto other = std::make_shared<Container>(*testing::make_container("db"));
  auto pod = std::make_shared<Pod>(*other->pod);
  pod->uid = "other";
  other->pod = pod;
  build_.set_process(make_process(12, "/bin/sh", other));
  raise("A");
  build_.set_process(make_process(13, "/bin/sh", nullptr));
  raise("A");
  EXPECT_EQ(sink_.alerts.size(), 5U);
}

TEST_F(AggregatorTest, AStormThatGoesOnIsToldLessOften) {
  for (int minute = 0; minute < 64; ++minute) {
    for (int i = 0; i < 60; ++i) {
      raise("A");
      pass(1);
    }
  }
  EXPECT_GE(sink_.alerts.size(), 6U);
  EXPECT_LE(sink_.alerts.size(), 8U) << "after 1, 2, 4, 8, 16, 32 minutes";
}

TEST_F(AggregatorTest, NothingIsLost) {
  for (int i = 0; i < 5000; ++i) {
    raise("rule " + std::to_string(i % 300));
    build_.advance(kSecond / 10);
    if (i % 7 == 0) aggregator_.on_tick(build_.time());
    EXPECT_LE(aggregator_.groups(), 100U);
  }
  aggregator_.flush();
  std::uint64_t told = 0;
  for (const auto& alert : sink_.alerts) {
    const auto count = alert.fields.find("yagura.count");
    told += count == alert.fields.end() ? 1 : std::stoull(count->second);
  }
  EXPECT_EQ(told, 5000U);
  EXPECT_GT(aggregator_.counts().evicted, 0U);
}

TEST_F(AggregatorTest, TheStoredEventIsWhole) {
  raise("A");
  {
    auto process = make_process(77, "/bin/passing", container_);
    build_.set_process(process);
    raise("A");
  }
  build_.set_process(make_process(78, "/bin/other", container_));
  build_.open("/elsewhere");
  class Looker : public AlertSink {
   public:
    void on_alert(const SensorAlert& alert) override {
      path = alert.event->record->text(YGR_S_FD_PATH);
      exe = alert.event->process->image->exe_path;
      pod = alert.event->container()->pod->name;
    }
    std::string path, exe, pod;
  };
  Looker looker;
  StoredEvent stored(build_.open("/etc/shadow"));
  looker.on_alert({.event = &stored.event()});
  EXPECT_EQ(looker.path, "/etc/shadow");
  EXPECT_EQ(looker.exe, "/bin/other");
  EXPECT_EQ(looker.pod, container_->pod->name);
}

TEST(StoredEvent, LargeRecordsAreCut) {
  EventBuilder build(make_process(10, "/bin/sh", nullptr));
  const SensorEvent& event = build.begin(YGR_EXEC)
                                 .text(YGR_S_ARGV, std::string(16000, 'a'))
                                 .text(YGR_S_ENV, std::string(4000, 'e'))
                                 .text(YGR_S_EXE_PATH, "/bin/sh")
                                 .event();
  const StoredEvent stored(event, 4096);
  EXPECT_LE(stored.event().record->bytes().size(), 4096U);
  EXPECT_TRUE(stored.event().record->is_truncated(YGR_S_ARGV));
  EXPECT_EQ(stored.event().record->text(YGR_S_EXE_PATH), "/bin/sh");
  EXPECT_EQ(stored.event().record->header().kind, YGR_EXEC);
}

}  // namespace
}  // namespace yagura::sensor
