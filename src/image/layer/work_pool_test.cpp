#include "image/layer/work_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>

namespace yagura::image {
namespace {

TEST(WorkPool, DoesEverythingThatItIsGiven) {
  for (const unsigned threads : {0U, 1U, 4U}) {
    WorkPool pool(threads, 3);
    std::atomic<int> done = 0;
    {
      WorkGroup group(pool);
      for (int i = 0; i < 1000; ++i) group.run([&] { ++done; });
      group.wait();
      EXPECT_EQ(done, 1000);
      group.run([&] { ++done; });
    }
    EXPECT_EQ(done, 1001);
  }
}

TEST(WorkPool, LetsTheGiverWorkWhereTooManyWait) {
  std::latch begun(1);
  std::latch release(1);
  WorkPool pool(1, 1);
  WorkGroup group(pool);
  group.run([&] {
    begun.count_down();
    release.wait();
  });
  begun.wait();
  group.run([] {});  // waits in the queue
  std::thread::id who;
  group.run([&] { who = std::this_thread::get_id(); });
  EXPECT_EQ(who, std::this_thread::get_id());
  release.count_down();
}

TEST(MemoryBudget, LetsOneInThatIsTooLargeWhenItIsAlone) {
  MemoryBudget budget(10);
  {
    const auto large = budget.take(100);
    EXPECT_NE(large, nullptr);
  }
  auto a = budget.take(4);
  auto b = budget.take(6);
  std::atomic<bool> released = false;
  bool waited = false;
  std::jthread other([&] {
    const auto all = budget.take(10);
    waited = released;
  });
  b.reset();
  released = true;
  a.reset();
  other.join();
  EXPECT_TRUE(waited);
}

}  // namespace
}  // namespace yagura::image
