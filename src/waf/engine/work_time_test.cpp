#include "waf/engine/internal/work_time.hpp"

#include <gtest/gtest.h>

namespace yagura::waf::internal {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

// Clocks that tests set. Both stand still by themselves.
WorkTime::Nanoseconds wall{}, cpu{};
int cpu_looks = 0;

class WorkTimeTest : public ::testing::Test {
 protected:
  WorkTimeTest() {
    wall = cpu = {};
    cpu_looks = 0;
  }
  static void begin(WorkTime& time, WorkTime::Nanoseconds budget) {
    time.reset(budget, {.wall = [] { return WorkTime::Wall(wall); },
                        .cpu =
                            [] {
                              ++cpu_looks;
                              return cpu;
                            }});
  }
  static void work(WorkTime::Nanoseconds duration) {
    wall += duration;
    cpu += duration;
  }
};

TEST_F(WorkTimeTest, IsOverWhenTheThreadHasWorkedSoLong) {
  WorkTime time;
  begin(time, milliseconds(80));
  time.enter();
  work(milliseconds(10));
  EXPECT_FALSE(time.is_over());  // this eighth is not counted
  work(milliseconds(79));
  EXPECT_FALSE(time.is_over());
  work(milliseconds(1));
  EXPECT_TRUE(time.is_over());
}

TEST_F(WorkTimeTest, IsNotOverWhileOthersRun) {
  WorkTime time;
  begin(time, milliseconds(80));
  time.enter();
  for (int i = 0; i < 100; ++i) {
    wall += milliseconds(1000);
    EXPECT_FALSE(time.is_over());
  }
  for (int i = 0; i < 79; ++i) {
    wall += milliseconds(5);
    cpu += milliseconds(1);
    EXPECT_FALSE(time.is_over());
  }
  wall += milliseconds(5);
  cpu += milliseconds(1);
  EXPECT_TRUE(time.is_over());
}

TEST_F(WorkTimeTest, AddsUpThePiecesAndNotWhatIsBetween) {
  WorkTime time;
  begin(time, milliseconds(80));
  for (int i = 0; i < 8; ++i) {
    time.enter();
    work(milliseconds(10));
    EXPECT_FALSE(time.is_over()) << i;
    time.leave();
    work(milliseconds(500));
  }
  EXPECT_EQ(time.wall_time(), milliseconds(80));
  time.enter();
  work(milliseconds(10));
  EXPECT_TRUE(time.is_over());
}

TEST_F(WorkTimeTest, AsksTheCpuClockOnlyWhereTheBudgetMightBeUsedUp) {
  WorkTime time;
  begin(time, milliseconds(80));
  for (int i = 0; i < 9; ++i) {
    time.enter();
    work(milliseconds(1));
    EXPECT_FALSE(time.is_over());
    time.leave();
  }
  EXPECT_EQ(cpu_looks, 0);
  time.enter();
  work(milliseconds(2));
  EXPECT_FALSE(time.is_over());
  for (int i = 0; i < 70; ++i) {
    work(milliseconds(1));
    EXPECT_FALSE(time.is_over());
  }
  EXPECT_EQ(cpu_looks, 1);
}

TEST_F(WorkTimeTest, CountsASmallBudgetFromTheBeginning) {
  WorkTime time;
  begin(time, microseconds(1));
  time.enter();
  EXPECT_FALSE(time.is_over());
  work(microseconds(1));
  EXPECT_TRUE(time.is_over());
}

TEST_F(WorkTimeTest, WithoutABudgetIsNeverOver) {
  WorkTime time;
  begin(time, {});
  time.enter();
  work(milliseconds(100'000));
  EXPECT_FALSE(time.is_over());
  time.leave();
  EXPECT_EQ(time.wall_time(), milliseconds(100'000));
  EXPECT_EQ(cpu_looks, 0);
}

}  // namespace
}  // namespace yagura::waf::internal
