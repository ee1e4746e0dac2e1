#include "image/packages/rpm/ndb.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "image/packages/rpm/testing/build.hpp"

namespace yagura::image {
namespace {

using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using testing_rpm::build_ndb;

struct Rows {
  std::vector<std::string> blobs;
  Result<void> done;
};

Rows read(std::string_view bytes) {
  Rows rows;
  rows.done =
      each_ndb_package(bytes, [&](std::string_view blob) { rows.blobs.emplace_back(blob); });
  return rows;
}

TEST(Ndb, GivesEachBlobWhole) {
  std::vector<std::string> blobs;
  for (std::size_t i = 1; i <= 600; ++i) blobs.emplace_back(i * 3, static_cast<char>('a' + i % 26));
  const Rows rows = read(build_ndb(blobs));
  EXPECT_TRUE(rows.done.has_value());
  EXPECT_THAT(rows.blobs, ElementsAreArray(blobs));
}

TEST(Ndb, EmptyDatabaseHasNoBlobs) {
  const Rows rows = read(build_ndb({}));
  EXPECT_TRUE(rows.done.has_value());
  EXPECT_THAT(rows.blobs, IsEmpty());
}

TEST(Ndb, OtherBytesAreRefused) {
  EXPECT_FALSE(read("").done.has_value());
  EXPECT_FALSE(read("RpmP").done.has_value());
  std::string bytes = build_ndb({"a"});
  bytes[4] = 1;
  EXPECT_EQ(read(bytes).done.error().code, ErrorCode::kUnsupported);
}

TEST(Ndb, TruncatedFilesGiveWhatIsThere) {
  const std::string bytes = build_ndb({std::string(100, 'a'), std::string(100, 'b')});
  const Rows rows = read(std::string_view(bytes).substr(0, bytes.size() - 16));
  EXPECT_FALSE(rows.done.has_value());
  EXPECT_THAT(rows.blobs, ElementsAreArray({std::string(100, 'a')}));
}

TEST(Ndb, SlotsThatPointToTheSameBlobEndWithTheBudget) {
  std::string bytes = build_ndb(std::vector<std::string>(100, std::string(1000, 'a')));
  // Each slot to the first blob, under its number.
  for (std::size_t i = 1; i < 100; ++i) bytes.replace(32 + 16 * i, 16, bytes.substr(32, 16));
  bytes.resize(4096 + 2000);
  const Rows rows = read(bytes);
  EXPECT_FALSE(rows.done.has_value());
  EXPECT_EQ(rows.blobs.size(), 6U);
}

TEST(Ndb, DamagedSlotsAndBlobsAreLeftOut) {
  const std::string whole = build_ndb({"one", "two", "three"});
  for (const std::size_t at : {std::size_t{32}, std::size_t{36}, std::size_t{40}, std::size_t{44},
                               std::size_t{4096}, std::size_t{4100}, std::size_t{4110}}) {
    std::string bytes = whole;
    bytes[at] = '\x7f';
    const Rows rows = read(bytes);
    EXPECT_FALSE(rows.done.has_value()) << at;
    EXPECT_THAT(rows.blobs, ElementsAreArray({"two", "three"})) << at;
  }
}

}  // namespace
}  // namespace yagura::image
