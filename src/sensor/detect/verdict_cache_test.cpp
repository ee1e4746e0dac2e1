#include "sensor/detect/verdict_cache.hpp"

#include <gtest/gtest.h>

#include "sensor/process/testing/record_maker.hpp"

namespace yagura::sensor {
namespace {

using testing::RecordMaker;

class VerdictCacheTest : public ::testing::Test {
 protected:
  std::optional<Hash128> key(RecordMaker record, std::uint64_t epoch = 1) {
    const RecordView view = record.view();
    return cache.key_of({.record = &view, .process = &process}, epoch);
  }
  static RecordMaker open() {
    RecordMaker record(YGR_CALL, "openat", 10);
    record.args({7, 0x7000, 2, 0}).text(YGR_S_PATH0, "/a").file(3, "/a");
    return record;
  }
  VerdictCache cache{1024};
  Process process{.pid = 10, .image = std::make_shared<Image>(), .generation = 5};
};

TEST_F(VerdictCacheTest, TimesThreadsAndAddressesOfBuffersDoNotCount) {
  const auto base = key(open());
  ASSERT_TRUE(base);
  EXPECT_EQ(base, key(open().time(99).cpu(3, 12).tid(11)));
  RecordMaker moved(YGR_CALL, "openat", 10);
  moved.args({7, 0x9999, 2, 0}).text(YGR_S_PATH0, "/a").file(3, "/a");
  EXPECT_EQ(base, key(std::move(moved)));
}

TEST_F(VerdictCacheTest, EverythingThatAFieldShowsCounts) {
  const auto base = key(open());
  EXPECT_NE(base, key(open().result(-13)));
  EXPECT_NE(base, key(open(), 2));
  EXPECT_NE(base, key(open().text(YGR_S_DIR0, "/")));
  EXPECT_NE(base, key(open().text(YGR_S_DATA, "")));
  RecordMaker flags(YGR_CALL, "openat", 10);
  flags.args({7, 0x7000, 3, 0}).text(YGR_S_PATH0, "/a").file(3, "/a");
  EXPECT_NE(base, key(std::move(flags)));
  RecordMaker path(YGR_CALL, "openat", 10);
  path.args({7, 0x7000, 2, 0}).text(YGR_S_PATH0, "/b").file(3, "/a");
  EXPECT_NE(base, key(std::move(path)));
  RecordMaker found(YGR_CALL, "openat", 10);
  found.args({7, 0x7000, 2, 0}).text(YGR_S_PATH0, "/a").file(3, "/b");
  EXPECT_NE(base, key(std::move(found)));
  process.generation = 6;
  EXPECT_NE(base, key(open()));
}

// Bytes cannot move from one section to the next.
TEST_F(VerdictCacheTest, SectionsAreKeptApart) {
  RecordMaker one(YGR_CALL, "rename", 10);
  one.text(YGR_S_PATH0, "ab").text(YGR_S_PATH1, "c");
  RecordMaker other(YGR_CALL, "rename", 10);
  other.text(YGR_S_PATH0, "a").text(YGR_S_PATH1, "bc");
  EXPECT_NE(key(std::move(one)), key(std::move(other)));
}

TEST_F(VerdictCacheTest, LongRecordsAndOtherKindsAreNotRemembered) {
  EXPECT_FALSE(key(open().text(YGR_S_DATA, std::string(9'000, 'x'))));
  EXPECT_FALSE(key(RecordMaker(YGR_EXEC, "execve", 10)));
}

TEST_F(VerdictCacheTest, ItStaysAsLargeAsItIs) {
  for (std::uint64_t i = 0; i < 100'000; ++i) {
    const auto one = key(open(), i);
    cache.insert(*one);
    ASSERT_TRUE(cache.contains(*one));
  }
  std::size_t kept = 0;
  for (std::uint64_t i = 0; i < 100'000; ++i) kept += cache.contains(*key(open(), i)) ? 1 : 0;
  EXPECT_LE(kept, 1024U);
  EXPECT_GE(kept, 900U);
  cache.clear();
  EXPECT_FALSE(cache.contains(*key(open(), 99'999)));
}

}  // namespace
}  // namespace yagura::sensor
