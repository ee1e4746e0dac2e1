#include "image/blob/inflated_blob.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "image/blob/streams.hpp"
#include "image/blob/testing/compress.hpp"

namespace yagura::image {
namespace {

using ::testing::ElementsAre;
using testing::gzip;
using ::testing::HasSubstr;
using testing::sample_bytes;
using testing::zstd;

struct Seen {
  std::string bytes;
  std::string error;
  std::vector<std::string> notes;
  BlobSums sums;
};

Seen read(BlobStream& stream, const InflateLimits& limits = {}) {
  InflatedBlob blob(stream, limits);
  Seen seen;
  for (;;) {
    auto chunk = blob.next();
    if (!chunk) {
      seen.error = chunk.error().message;
      break;
    }
    if (chunk->bytes.empty()) break;
    seen.bytes += chunk->bytes;
  }
  seen.notes = blob.notes();
  auto sums = blob.finish();
  if (sums) {
    seen.sums = *sums;
  } else {
    seen.error += " / " + sums.error().message;
  }
  return seen;
}

Seen read(std::string_view bytes, const InflateLimits& limits = {}) {
  MemoryBlob blob(bytes);
  return read(blob, limits);
}

std::string sha256(std::string_view bytes) {
  Sha256 sum;
  sum.update(bytes);
  return sum.finish();
}

// Gives a few bytes at a time, then fails.
class BrokenStream final : public BlobStream {
 public:
  explicit BrokenStream(std::string bytes) : bytes_(std::move(bytes)) {}
  Result<std::size_t> read(std::span<char> into) override {
    if (bytes_.empty()) return fail(ErrorCode::kIo, "the line is dead");
    const std::size_t count = std::min<std::size_t>({into.size(), bytes_.size(), 100});
    std::copy_n(bytes_.begin(), count, into.begin());
    bytes_.erase(0, count);
    return count;
  }

 private:
  std::string bytes_;
};

TEST(Sha256, IsTheStandards) {
  EXPECT_EQ(sha256("abc"),
            "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(InflatedBlob, GivesBytesAndBothDigests) {
  const std::string bytes = sample_bytes(20'000'000);
  for (const std::string& packed : {bytes, gzip(bytes, 1), zstd(bytes)}) {
    const Seen seen = read(packed);
    EXPECT_EQ(seen.error, "");
    EXPECT_TRUE(seen.bytes == bytes);
    EXPECT_EQ(seen.sums.digest, sha256(packed));
    EXPECT_EQ(seen.sums.diff_id, sha256(bytes));
    EXPECT_EQ(seen.sums.stored, packed.size());
    EXPECT_EQ(seen.sums.inflated, bytes.size());
    EXPECT_THAT(seen.notes, ElementsAre());
  }
}

TEST(InflatedBlob, TakesTheEmptyBlob) {
  const Seen seen = read("");
  EXPECT_EQ(seen.error, "");
  EXPECT_EQ(seen.sums.digest, sha256(""));
  EXPECT_EQ(seen.sums.diff_id, sha256(""));
}

TEST(InflatedBlob, DigestsAllOfADamagedBlobButKnowsNoDiffId) {
  std::string packed = gzip(sample_bytes(3'000'000));
  packed[packed.size() / 2] = static_cast<char>(packed[packed.size() / 2] ^ 0xff);
  const Seen seen = read(packed);
  EXPECT_THAT(seen.error, HasSubstr("damaged gzip data"));
  EXPECT_GT(seen.bytes.size(), 0U);
  EXPECT_EQ(seen.sums.digest, sha256(packed));
  EXPECT_EQ(seen.sums.diff_id, "");
}

TEST(InflatedBlob, GivesWhatStandsBeforeDamage) {
  const std::string bytes = sample_bytes(100'000);
  const std::string packed = gzip(bytes);
  const Seen seen = read(packed.substr(0, packed.size() - 9));
  EXPECT_THAT(seen.error, HasSubstr("ends early"));
  EXPECT_GT(seen.bytes.size(), 90'000U);
  EXPECT_TRUE(bytes.starts_with(seen.bytes));
}

TEST(InflatedBlob, NamesBytesBehindTheData) {
  const std::string packed = gzip("abc") + "garbage";
  const Seen seen = read(packed);
  EXPECT_EQ(seen.bytes, "abc");
  EXPECT_THAT(seen.notes, ElementsAre(HasSubstr("behind the end of its gzip data")));
  EXPECT_EQ(seen.sums.digest, sha256(packed));
  EXPECT_EQ(seen.sums.diff_id, sha256("abc"));
}

TEST(InflatedBlob, HitsEachLimit) {
  const std::string zeros(4'000'000, '\0');
  EXPECT_THAT(read(gzip(zeros), {.max_inflated = 3'000'000}).error,
              HasSubstr("inflates to more than 3000000 bytes"));
  EXPECT_THAT(read(gzip(zeros), {.max_ratio = 100, .ratio_free = 1'000'000}).error,
              HasSubstr("more than 100 times its size"));
  EXPECT_THAT(read(zstd(zeros), {.max_ratio = 100, .ratio_free = 1'000'000}).error,
              HasSubstr("more than 100 times its size"));
  EXPECT_EQ(read(gzip(zeros), {.max_ratio = 100, .ratio_free = 5'000'000}).error, "");
  EXPECT_THAT(read(zeros, {.max_stored = 3'000'000}).error, HasSubstr("larger than 3000000 bytes"));
}

TEST(InflatedBlob, RefusesWhatLayersAreNot) {
  EXPECT_THAT(read(std::string_view("\xfd\x37zXZ\0....", 10)).error, HasSubstr("xz"));
  EXPECT_THAT(read("BZh91AY").error, HasSubstr("bzip2"));
}

TEST(InflatedBlob, PassesOnWhatTheStreamSays) {
  BrokenStream stream(gzip(sample_bytes(100'000)).substr(0, 5000));
  const Seen seen = read(stream);
  EXPECT_THAT(seen.error, HasSubstr("the line is dead"));
}

TEST(BufferPool, HandsOutWhatWasGivenBackAndOutlivesItself) {
  std::shared_ptr<BufferPool::Buffer> kept;
  {
    BufferPool pool(10, 2);
    auto first = pool.take();
    const auto* address = first.get();
    first.reset();
    auto second = pool.take();
    EXPECT_EQ(second.get(), address);
    kept = pool.take();
  }
  kept->data[9] = 'x';
  kept.reset();
}

}  // namespace
}  // namespace yagura::image
