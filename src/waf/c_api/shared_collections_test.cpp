#include "waf/c_api/shared_collections.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <string>

namespace yagura::waf {
namespace {

using std::chrono::seconds;
using Members = std::map<std::string, std::string>;

class SharedCollectionsTest : public testing::Test {
 protected:
  SharedCollectionsTest() : memory_(*SharedMemory::map(SharedMemory::kMinSize)) {
    SharedCollections::initialise(memory_);
  }

  Members members(Variable collection, std::string_view key, CollectionStore::Now now) {
    Members found;
    store().read(collection, key, now, [&](std::string_view name, std::string_view value) {
      EXPECT_TRUE(found.emplace(name, value).second) << name;
    });
    return found;
  }
  SharedCollections store() { return {memory_, seconds(100)}; }

  SharedMemory memory_;
  const CollectionStore::Now now_{seconds(1'000'000)};
};

TEST_F(SharedCollectionsTest, KeepsCollectionsAndKeysApart) {
  SharedCollections store = this->store();
  store.set(Variable::kIp, "1.2.3.4", "score", "5", now_);
  store.set(Variable::kIp, "1.2.3.5", "score", "6", now_);
  store.set(Variable::kSession, "1.2.3.4", "user", "eve", now_);
  store.set(Variable::kIp, "1.2.3.4", "score", "7", now_);
  store.set(Variable::kIp, "1.2.3.4", "seen", "", now_);
  EXPECT_EQ(members(Variable::kIp, "1.2.3.4", now_), (Members{{"score", "7"}, {"seen", ""}}));
  EXPECT_EQ(members(Variable::kIp, "1.2.3.5", now_), (Members{{"score", "6"}}));
  EXPECT_EQ(members(Variable::kSession, "1.2.3.4", now_), (Members{{"user", "eve"}}));
  store.remove(Variable::kIp, "1.2.3.4", "score");
  EXPECT_EQ(members(Variable::kIp, "1.2.3.4", now_), (Members{{"seen", ""}}));
}

TEST_F(SharedCollectionsTest, AddsFromNothingAndStopsAtTheEnds) {
  SharedCollections store = this->store();
  EXPECT_EQ(store.add(Variable::kIp, "a", "n", 2, now_), 2);
  EXPECT_EQ(store.add(Variable::kIp, "a", "n", -5, now_), -3);
  store.set(Variable::kIp, "a", "n", "9223372036854775807", now_);
  EXPECT_EQ(store.add(Variable::kIp, "a", "n", 1, now_), INT64_MAX);
  store.set(Variable::kIp, "a", "n", "no number", now_);
  EXPECT_EQ(store.add(Variable::kIp, "a", "n", 4, now_), 4);
}

TEST_F(SharedCollectionsTest, MembersExpireByTimeAndByTimeout) {
  SharedCollections store = this->store();
  store.set(Variable::kIp, "a", "short", "1", now_);
  store.set(Variable::kIp, "a", "long", "1", now_);
  store.expire(Variable::kIp, "a", "short", now_ + seconds(10));
  EXPECT_EQ(members(Variable::kIp, "a", now_ + seconds(9)).size(), 2u);
  EXPECT_EQ(members(Variable::kIp, "a", now_ + seconds(10)), (Members{{"long", "1"}}));
  EXPECT_EQ(members(Variable::kIp, "a", now_ + seconds(100)), (Members{}));
  EXPECT_EQ(store.add(Variable::kIp, "a", "short", 1, now_ + seconds(20)), 1);
}

TEST_F(SharedCollectionsTest, NumbersAreDeprecatedByWholePeriods) {
  SharedCollections store = this->store();
  store.set(Variable::kIp, "a", "n", "10", now_);
  const auto at = [&](int second) {
    store.deprecate(Variable::kIp, "a", "n", 3, seconds(10), now_ + seconds(second));
    return members(Variable::kIp, "a", now_ + seconds(second)).at("n");
  };
  EXPECT_EQ(at(9), "10");
  EXPECT_EQ(at(15), "7");
  EXPECT_EQ(at(19), "7");  // the half period before counts on
  EXPECT_EQ(at(20), "4");
  EXPECT_EQ(at(90), "0");
  store.deprecate(Variable::kIp, "a", "other", 3, seconds(10), now_);
  EXPECT_EQ(members(Variable::kIp, "a", now_).size(), 1u);
}

TEST_F(SharedCollectionsTest, StaysWithinItsMemoryAndCountsWhatGoes) {
  SharedCollections store = this->store();
  const std::size_t count = 3 * store.capacity();
  for (std::size_t i = 0; i < count; ++i) {
    store.set(Variable::kIp, "client" + std::to_string(i), "n", "1", now_ + seconds(i / 1000));
  }
  std::size_t kept = 0;
  for (std::size_t i = 0; i < count; ++i) {
    kept += members(Variable::kIp, "client" + std::to_string(i), now_ + seconds(1)).size();
  }
  EXPECT_EQ(kept, store.capacity());
  EXPECT_EQ(memory_.counters().collection_evictions.load(), count - store.capacity());
}

TEST_F(SharedCollectionsTest, RefusesWhatIsTooLong) {
  SharedCollections store = this->store();
  const std::string fits(SharedCollections::max_text() - 2, 'x');
  store.set(Variable::kIp, "k", "n", fits, now_);
  EXPECT_EQ(members(Variable::kIp, "k", now_), (Members{{"n", fits}}));
  store.set(Variable::kIp, "k", "m", fits + "x", now_);
  EXPECT_EQ(members(Variable::kIp, "k", now_).size(), 1u);
  EXPECT_EQ(memory_.counters().collection_refusals.load(), 1u);
}

TEST_F(SharedCollectionsTest, ProcessesAddTogether) {
  constexpr int kProcesses = 4, kRounds = 500;
  std::vector<pid_t> children;
  for (int i = 0; i < kProcesses; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      SharedCollections store = this->store();
      for (int round = 0; round < kRounds; ++round) store.add(Variable::kIp, "a", "n", 1, now_);
      ::_exit(0);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_EQ(members(Variable::kIp, "a", now_),
            (Members{{"n", std::to_string(kProcesses * kRounds)}}));
}

}  // namespace
}  // namespace yagura::waf
