#include "waf/c_api/shared_memory.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>

namespace yagura::waf {
namespace {

using std::chrono::microseconds;

TEST(SharedMemory, AChildsCountsAreSeenByTheParent) {
  auto memory = SharedMemory::map(SharedMemory::kMinSize);
  ASSERT_TRUE(memory.has_value());
  const pid_t child = ::fork();
  if (child == 0) {
    memory->counters().rules.record(942100, RuleHits::Kind::kDecided);
    memory->counters().requests[0].fetch_add(7);
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(memory->counters().requests[0].load(), 7u);
  std::uint64_t decided = 0;
  memory->counters().rules.for_each([&](const RuleHits::Hits& hits) { decided += hits.decided; });
  EXPECT_EQ(decided, 1u);
}

TEST(SharedMemory, HasAtLeastItsSmallestSize) {
  auto memory = SharedMemory::map(1);
  ASSERT_TRUE(memory.has_value());
  EXPECT_GT(memory->collections_size(), SharedMemory::kMinSize / 2);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory->collections()) % 64, 0u);
}

TEST(Histogram, ABoundBelongsToItsBucket) {
  Histogram histogram{};
  histogram.record(microseconds(5));
  histogram.record(microseconds(6));
  histogram.record(std::chrono::seconds(2));
  histogram.record(std::chrono::nanoseconds(-3));
  EXPECT_EQ(histogram.buckets[0].load(), 2u);
  EXPECT_EQ(histogram.buckets[1].load(), 1u);
  EXPECT_EQ(histogram.buckets.back().load(), 1u);
  EXPECT_EQ(histogram.sum_ns.load(), 2'000'011'000u);
}

TEST(RuleHits, CountsEveryRuleOfARealSetApart) {
  const auto hits = std::make_unique<RuleHits>();
  for (RuleId id = 900'000; id < 901'000; ++id) {
    hits->record(id, RuleHits::Kind::kMatched);
    hits->record(id, RuleHits::Kind::kMatched);
    hits->record(id, RuleHits::Kind::kShadowed);
  }
  std::map<RuleId, RuleHits::Hits> seen;
  hits->for_each([&](const RuleHits::Hits& each) { seen[each.id] = each; });
  ASSERT_EQ(seen.size(), 1000u);
  EXPECT_EQ(seen[900'500].matched, 2u);
  EXPECT_EQ(seen[900'500].shadowed, 1u);
  EXPECT_EQ(seen[900'500].decided, 0u);
  EXPECT_EQ(hits->without_room(), 0u);
}

TEST(RuleHits, SaysWhatItHasNoRoomFor) {
  const auto hits = std::make_unique<RuleHits>();
  for (RuleId id = 1; id <= 3 * RuleHits::kSlots; ++id) hits->record(id, RuleHits::Kind::kMatched);
  std::uint64_t counted = 0;
  hits->for_each([&](const RuleHits::Hits& each) { counted += each.matched; });
  EXPECT_GT(hits->without_room(), 0u);
  EXPECT_EQ(counted + hits->without_room(), 3 * RuleHits::kSlots);
}

TEST(SharedMutex, TellsThatItsHolderDied) {
  auto memory = SharedMemory::map(SharedMemory::kMinSize);
  ASSERT_TRUE(memory.has_value());
  auto* mutex = new (memory->collections()) SharedMutex;
  mutex->initialise();
  const pid_t child = ::fork();
  if (child == 0) {
    static_cast<void>(mutex->lock());
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_FALSE(mutex->lock());
  mutex->unlock();
  EXPECT_TRUE(mutex->lock());
  mutex->unlock();
}

}  // namespace
}  // namespace yagura::waf
