#include "image/layer/layers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "image/blob/streams.hpp"
#include "image/blob/testing/compress.hpp"
#include "image/cache/layer_cache.hpp"
#include "image/layer/testing/analyzers.hpp"
#include "image/tar/testing/archive.hpp"

namespace yagura::image {
namespace {

using testing::analyzers;
using testing::DigestAnalyzer;
using testing::gzip;
using ::testing::HasSubstr;
using testing::sample_bytes;
using testing::tar_archive;

class Layers : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = ::testing::TempDir() + "layersXXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    directory_ = name;
    for (std::size_t i = 0; i < 6; ++i) {
      const std::string label = std::to_string(i);
      blobs_.push_back(
          gzip(tar_archive({{.name = "common", .content = label},
                            {.name = "large" + label, .content = sample_bytes(900'000, i + 1)}}),
               1));
    }
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::vector<LayerInput> inputs() {
    std::vector<LayerInput> out;
    for (const std::string& blob : blobs_) {
      Sha256 sum;
      sum.update(blob);
      out.push_back({.identity = {.digest = sum.finish(), .stored_size = blob.size()},
                     .open = [this, &blob]() -> Result<std::unique_ptr<BlobStream>> {
                       ++opened_;
                       return std::make_unique<MemoryBlob>(blob);
                     }});
    }
    return out;
  }

  std::filesystem::path directory_;
  std::vector<std::string> blobs_;
  std::atomic<int> opened_{0};
};

TEST_F(Layers, AreReadInParallelAndGivenInOrder) {
  const Analyzers with = analyzers(std::make_unique<DigestAnalyzer>());
  for (const unsigned parallel : {1U, 3U, 20U}) {
    std::atomic<std::uint64_t> seen = 0;
    const auto input = inputs();
    const auto read = read_layers(
        input, with, {.threads = 2, .parallel = parallel, .progress = [&](std::uint64_t bytes) {
                        seen += bytes;
                      }});
    ASSERT_TRUE(read) << read.error().message;
    ASSERT_EQ(read->layers.size(), 6U);
    std::uint64_t all = 0;
    for (std::size_t i = 0; i < 6; ++i) {
      all += blobs_[i].size();
      EXPECT_EQ(read->layers[i].digest, input[i].identity.digest);
      ASSERT_EQ(read->layers[i].files.size(), 2U);
      EXPECT_EQ(read->layers[i].files[1].path, "large" + std::to_string(i));
      EXPECT_EQ(read->layers[i].facts.size(), 2U);
    }
    EXPECT_EQ(seen, all);
    EXPECT_EQ(read->from_cache, 0U);
  }
}

TEST_F(Layers, ComeFromTheCacheTheSecondTime) {
  const auto cache = LayerCache::open({.directory = directory_});
  ASSERT_TRUE(cache);
  const Analyzers with = analyzers(std::make_unique<DigestAnalyzer>());
  const auto first = read_layers(inputs(), with, {.cache = &*cache});
  ASSERT_TRUE(first);
  EXPECT_EQ(opened_, 6);
  const auto second = read_layers(inputs(), with, {.cache = &*cache});
  ASSERT_TRUE(second);
  EXPECT_EQ(opened_, 6);
  EXPECT_EQ(second->from_cache, 6U);
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(first->layers[i].facts, second->layers[i].facts);
  // Other analyzers, other limits: another reading.
  const Analyzers newer = analyzers(std::make_unique<DigestAnalyzer>("", 2));
  ASSERT_TRUE(read_layers(inputs(), newer, {.cache = &*cache}));
  EXPECT_EQ(opened_, 12);
  ASSERT_TRUE(read_layers(inputs(), with, {.limits = {.max_file = 1000}, .cache = &*cache}));
  EXPECT_EQ(opened_, 18);
}

TEST_F(Layers, AreNotKeptWhereTheyAreNotWhatTheyShouldBe) {
  const auto cache = LayerCache::open({.directory = directory_});
  ASSERT_TRUE(cache);
  auto input = inputs();
  input[2].identity.digest = input[3].identity.digest;
  const auto read = read_layers(input, {}, {.cache = &*cache, .parallel = 1});
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, HasSubstr("where the manifest says"));
  EXPECT_EQ(opened_, 3);  // the rest was not begun
  EXPECT_EQ(cache->usage().entries, 2U);
  // What the cache has is checked as well.
  input = inputs();
  input[0].identity.diff_id = input[0].identity.digest;
  const auto other = read_layers(input, {}, {.cache = &*cache, .parallel = 1});
  ASSERT_FALSE(other);
  EXPECT_THAT(other.error().message, HasSubstr("where the configuration says"));
}

TEST_F(Layers, PassOnWhatOpeningSays) {
  auto input = inputs();
  input[1].open = []() -> Result<std::unique_ptr<BlobStream>> {
    return fail(ErrorCode::kIo, "no such registry");
  };
  const auto read = read_layers(input, {});
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, "no such registry");
}

TEST_F(Layers, MayBeNone) {
  const auto read = read_layers({}, {});
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->layers.empty());
}

}  // namespace
}  // namespace yagura::image
