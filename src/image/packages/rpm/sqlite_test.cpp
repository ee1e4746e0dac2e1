#include "image/packages/rpm/sqlite.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "image/packages/rpm/testing/build.hpp"

namespace yagura::image {
namespace {

using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using testing_rpm::build_sqlite;

struct Rows {
  std::vector<std::string> blobs;
  Result<void> done;
};

Rows read(std::string_view bytes) {
  Rows rows;
  rows.done =
      each_sqlite_package(bytes, [&](std::string_view blob) { rows.blobs.emplace_back(blob); });
  return rows;
}

TEST(Sqlite, GivesEachBlobWholeAtAnySize) {
  // All sizes around where a record starts to overflow, for small pages.
  std::vector<std::string> blobs;
  for (std::size_t size = 1; size < 1600; size += 7)
    blobs.emplace_back(size, static_cast<char>('a' + size % 26));
  blobs.emplace_back(200'000, 'x');
  for (const std::size_t page_size : {512U, 1024U, 4096U, 65536U}) {
    const Rows rows = read(build_sqlite(blobs, page_size));
    EXPECT_TRUE(rows.done.has_value()) << page_size;
    EXPECT_THAT(rows.blobs, ElementsAreArray(blobs)) << page_size;
  }
}

TEST(Sqlite, DeepTreesAreWalkedInOrder) {
  std::vector<std::string> blobs;
  for (int i = 0; i < 20'000; ++i) blobs.push_back("row " + std::to_string(i));
  const Rows rows = read(build_sqlite(blobs, 512));
  EXPECT_TRUE(rows.done.has_value());
  EXPECT_THAT(rows.blobs, ElementsAreArray(blobs));
}

TEST(Sqlite, EmptyTableHasNoRows) {
  const Rows rows = read(build_sqlite({}));
  EXPECT_TRUE(rows.done.has_value());
  EXPECT_THAT(rows.blobs, IsEmpty());
}

TEST(Sqlite, OtherBytesAreRefused) {
  EXPECT_FALSE(read("").done.has_value());
  EXPECT_FALSE(read(std::string_view("SQLite format 3\0", 16)).done.has_value());
  std::string bytes = build_sqlite({"a"});
  bytes[16] = 3;
  EXPECT_FALSE(read(bytes).done.has_value());
}

TEST(Sqlite, DatabaseWithoutPackagesIsNone) {
  std::string bytes = build_sqlite({"a"});
  for (auto at = bytes.find("Packages"); at < 4096; at = bytes.find("Packages")) bytes[at] = 'X';
  const Rows rows = read(bytes);
  ASSERT_FALSE(rows.done.has_value());
  EXPECT_EQ(rows.done.error().message, "has no table Packages");
}

TEST(Sqlite, TruncatedFilesGiveWhatIsThere) {
  std::vector<std::string> blobs(100, std::string(300, 'a'));
  const std::string bytes = build_sqlite(blobs, 512);
  // The root is the last page; put it where the truncation leaves it: cut nothing but break a leaf.
  std::string broken = bytes;
  broken[512] = '\0';
  const Rows rows = read(broken);
  EXPECT_FALSE(rows.done.has_value());
  EXPECT_EQ(rows.blobs.size(), 99U);
  EXPECT_FALSE(read(std::string_view(bytes).substr(0, bytes.size() / 2)).done.has_value());
}

TEST(Sqlite, TreesThatRunInCirclesEnd) {
  std::vector<std::string> blobs(100, std::string(300, 'a'));
  std::string bytes = build_sqlite(blobs, 512);
  const std::size_t root = bytes.size() - 512;
  ASSERT_EQ(bytes[root], 5);
  std::string own_number;
  testing_rpm::append_number(own_number, bytes.size() / 512, 4, ByteOrder::kBig);
  bytes.replace(root + 8, 4, own_number);
  const Rows rows = read(bytes);
  EXPECT_FALSE(rows.done.has_value());
}

TEST(Sqlite, RowsThatPointToTheSameBytesEndWithTheBudget) {
  std::vector<std::string> blobs = {std::string(100'000, 'b')};
  blobs.resize(11, std::string(100, 'a'));
  std::string bytes = build_sqlite(blobs, 4096);
  // The one leaf is the last page: let all of its cells be the one of the large row.
  const std::size_t leaf = bytes.size() - 4096;
  ASSERT_EQ(ByteView(bytes, ByteOrder::kBig).u16(leaf + 3), 11);
  const std::string large = bytes.substr(leaf + 8, 2);
  for (std::size_t i = 0; i < 11; ++i) bytes.replace(leaf + 8 + 2 * i, 2, large);
  const Rows rows = read(bytes);
  EXPECT_FALSE(rows.done.has_value());
  EXPECT_EQ(rows.blobs.size(), 1U);
}

TEST(Sqlite, MoreCellsThanFitAPageAreDamage) {
  std::string bytes = build_sqlite({"a"}, 512);
  bytes.replace(512 + 3, 2, "\xff\xff");
  EXPECT_FALSE(read(bytes).done.has_value());
}

}  // namespace
}  // namespace yagura::image
