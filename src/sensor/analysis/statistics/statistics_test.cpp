#include <gtest/gtest.h>

#include <cmath>

#include "sensor/analysis/facts/testing/event_builder.hpp"
#include "sensor/analysis/statistics/event_counts.hpp"
#include "sensor/analysis/statistics/rarity.hpp"

namespace yagura::sensor {
namespace {

using testing::EventBuilder;
using testing::make_container;
using testing::make_process;
using testing::RecordingSink;

constexpr std::int64_t kMinute = 60'000'000'000;
constexpr std::string_view kRule = "Unusual number of events in workload";

TEST(MovingStatistics, IsThePlainMeanAndVarianceAtFirst) {
  MovingStatistics statistics;
  for (const double count : {2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0}) statistics.add(count);
  EXPECT_NEAR(statistics.mean(), 5, 1e-9);
  EXPECT_NEAR(statistics.deviation(), std::sqrt(6.0), 1e-9) << "the floor: Poisson, above sqrt(4)";
}

TEST(MovingStatistics, EqualCountsDoNotMakeOneMoreStrange) {
  MovingStatistics statistics;
  for (int i = 0; i < 100; ++i) statistics.add(100);
  EXPECT_LT(statistics.z_score(101), 0.2);
  EXPECT_GT(statistics.z_score(300), 15);
}

TEST(MovingStatistics, OneFloodDoesNotBecomeUsual) {
  MovingStatistics statistics;
  for (int i = 0; i < 100; ++i) statistics.add(100);
  statistics.add(1'000'000);
  EXPECT_LT(statistics.mean(), 110);
  EXPECT_GT(statistics.z_score(1'000'000), 1000);
}

class EventCountsTest : public ::testing::Test {
 protected:
  EventCountsTest() : build_(make_process(10, "/app", make_container("web"))) {
    workload_.key = "shop/Deployment/web/main";
  }
  void run_window(int opens) {
    for (int i = 0; i < opens; ++i) {
      const SensorEvent& event = build_.open("/data/x");
      counts_.on_event(event, {.event_class = EventClass::kOpen, .workload = &workload_});
    }
    build_.advance(kMinute);
    counts_.on_tick(build_.time());
  }

  RecordingSink sink_;
  EventCounts counts_{EventCountOptions{}, sink_};
  EventBuilder build_;
  Workload workload_;
};

TEST_F(EventCountsTest, AFloodIsOneAlertThatGrowsOnce) {
  for (int i = 0; i < 40; ++i) run_window(90 + i % 20);
  EXPECT_TRUE(sink_.alerts.empty());
  run_window(5000);
  ASSERT_EQ(sink_.count(kRule), 2U);
  EXPECT_EQ(sink_.alerts[0].priority, "Notice");
  EXPECT_EQ(sink_.alerts[1].priority, "Warning");
  EXPECT_EQ(sink_.alerts[0].fields["yagura.class"], "open");
  run_window(5000);
  EXPECT_EQ(sink_.count(kRule), 2U) << "not again within the hour";
}

TEST_F(EventCountsTest, TheFirstWindowsAreNotJudged) {
  for (int i = 0; i < 20; ++i) run_window(10);
  run_window(100'000);
  EXPECT_TRUE(sink_.alerts.empty());
}

TEST_F(EventCountsTest, SmallCountsAreNeverStrange) {
  for (int i = 0; i < 40; ++i) run_window(1);
  run_window(49);
  EXPECT_TRUE(sink_.alerts.empty());
}

TEST_F(EventCountsTest, WindowsWithoutEventsDoNotCount) {
  for (int i = 0; i < 40; ++i) {
    run_window(100);
    for (int idle = 0; idle < 100; ++idle) run_window(0);
  }
  EXPECT_NEAR(counts_.find(0, EventClass::kOpen)->mean(), 100, 1);
  run_window(120);
  EXPECT_TRUE(sink_.alerts.empty());
}

TEST(Rarity, FallsWithTheNumberOfWorkloads) {
  Rarity rarity;
  for (int i = 0; i < 100; ++i) {
    rarity.note_workload();
    rarity.note(1, "/bin/sh");
    if (i < 10) rarity.note(1, "/usr/bin/git");
  }
  EXPECT_NEAR(rarity.rarity(1, "/bin/sh"), 0, 1e-9);
  EXPECT_GT(rarity.rarity(1, "/usr/bin/git"), 0.4);
  EXPECT_NEAR(rarity.rarity(1, "/tmp/x"), 1, 1e-9);
  EXPECT_NEAR(rarity.rarity(2, "/bin/sh"), 1, 1e-9) << "another kind";
}

TEST(Rarity, SaysNothingOfFewAndKeepsToItsLimit) {
  Rarity rarity(10);
  rarity.note_workload();
  for (int i = 0; i < 100; ++i) rarity.note(1, std::to_string(i));
  EXPECT_EQ(rarity.facts(), 10U);
  EXPECT_EQ(rarity.rarity(1, "1"), 1);
}

}  // namespace
}  // namespace yagura::sensor
