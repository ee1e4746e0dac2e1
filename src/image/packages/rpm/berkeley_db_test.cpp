#include "image/packages/rpm/berkeley_db.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "image/packages/rpm/testing/build.hpp"

namespace yagura::image {
namespace {

using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using testing_rpm::build_berkeley;

struct Rows {
  std::vector<std::string> blobs;
  Result<void> done;
};

Rows read(std::string_view bytes) {
  Rows rows;
  rows.done =
      each_berkeley_package(bytes, [&](std::string_view blob) { rows.blobs.emplace_back(blob); });
  return rows;
}

std::vector<std::string> some_blobs() {
  return {std::string(10, 'a'), std::string(100'000, 'b'), std::string(5000, 'c'),
          std::string(500, 'd')};
}

TEST(BerkeleyDb, GivesEachBlobWholeInBothByteOrders) {
  for (const ByteOrder order : {ByteOrder::kLittle, ByteOrder::kBig}) {
    for (const std::size_t page_size : {512U, 4096U, 32768U}) {
      const std::string bytes = build_berkeley(some_blobs(), order, page_size);
      EXPECT_TRUE(is_berkeley_hash(bytes));
      const Rows rows = read(bytes);
      EXPECT_TRUE(rows.done.has_value());
      EXPECT_THAT(rows.blobs, ElementsAreArray(some_blobs())) << page_size;
    }
  }
}

TEST(BerkeleyDb, TheCounterIsNoPackage) {
  EXPECT_THAT(read(build_berkeley({}, ByteOrder::kLittle)).blobs, IsEmpty());
}

TEST(BerkeleyDb, OtherBytesAreRefused) {
  EXPECT_FALSE(read("").done.has_value());
  EXPECT_FALSE(is_berkeley_hash(std::string(100, '\0')));
  const std::string whole = build_berkeley({"a"}, ByteOrder::kLittle);
  std::string bytes = whole;
  bytes[16] = 99;
  EXPECT_EQ(read(bytes).done.error().code, ErrorCode::kUnsupported);
  bytes = whole;
  bytes[24] = 1;
  EXPECT_EQ(read(bytes).done.error().message, "is encrypted");
  bytes = whole;
  bytes[20] = 1;
  EXPECT_FALSE(read(bytes).done.has_value());
}

TEST(BerkeleyDb, TruncatedFilesGiveWhatIsThere) {
  const std::string bytes = build_berkeley({"small", std::string(10'000, 'b')}, ByteOrder::kLittle);
  const Rows rows = read(std::string_view(bytes).substr(0, 3 * 4096));
  EXPECT_FALSE(rows.done.has_value());
  EXPECT_THAT(rows.blobs, ElementsAreArray({"small"}));
}

TEST(BerkeleyDb, ChainsThatRunInCirclesEnd) {
  std::string bytes = build_berkeley({std::string(10'000, 'b')}, ByteOrder::kLittle);
  bytes.replace(2 * 4096 + 16, 4, std::string("\x02\0\0\0", 4));  // page 2 leads to itself
  EXPECT_EQ(read(bytes).blobs.size(), 1U);  // as long as it says, of whatever there is
  // ... and no longer than the file.
  const std::size_t size_at = bytes.find(std::string("\x03\0\0\0\x02\0\0\0", 8)) + 8;
  bytes.replace(size_at, 4, "\xff\xff\xff\x7f");
  const Rows rows = read(bytes);
  EXPECT_FALSE(rows.done.has_value());
  EXPECT_THAT(rows.blobs, IsEmpty());
}

TEST(BerkeleyDb, ItemsOutsideOfTheirPageAreLeftOut) {
  std::string bytes = build_berkeley({"small", "other"}, ByteOrder::kLittle);
  bytes.replace(4096 + 26 + 4, 2, "\xff\xff");  // the key of "small"
  EXPECT_FALSE(read(bytes).done.has_value());
  bytes = build_berkeley({"small"}, ByteOrder::kLittle);
  bytes.replace(4096 + 20, 2, "\xff\xff");  // more items than fit
  EXPECT_FALSE(read(bytes).done.has_value());
}

}  // namespace
}  // namespace yagura::image
