#include "image/cache/layer_cache.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "core/file.hpp"

namespace yagura::image {
namespace {

namespace fs = std::filesystem;

LayerFacts facts(std::string digest, std::size_t files = 1) {
  LayerFacts layer;
  layer.digest = std::move(digest);
  for (std::size_t i = 0; i < files; ++i) {
    layer.files.push_back({.path = layer.texts.copy("file" + std::to_string(i))});
  }
  return layer;
}

class Cache : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = ::testing::TempDir() + "cacheXXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    directory_ = name;
  }
  void TearDown() override { fs::remove_all(directory_); }

  [[nodiscard]] LayerCache open(std::uint64_t max_bytes = 1 << 20) const {
    auto cache = LayerCache::open({.directory = directory_, .max_bytes = max_bytes});
    EXPECT_TRUE(cache) << cache.error().message;
    return *cache;
  }
  [[nodiscard]] std::vector<fs::path> entries() const {
    std::vector<fs::path> out;
    for (const auto& item : fs::directory_iterator(directory_ / "layers"))
      out.push_back(item.path());
    return out;
  }

  fs::path directory_;
};

TEST_F(Cache, KeepsFactsByLayerAndAnalysis) {
  const LayerCache cache = open();
  EXPECT_FALSE(cache.get("sha256:a", "v1"));
  ASSERT_TRUE(cache.put("sha256:a", "v1", facts("sha256:a", 3)));
  const auto back = cache.get("sha256:a", "v1");
  ASSERT_TRUE(back);
  EXPECT_EQ(back->digest, "sha256:a");
  EXPECT_EQ(back->files[2].path, "file2");
  EXPECT_FALSE(cache.get("sha256:a", "v2"));
  EXPECT_FALSE(cache.get("sha256:b", "v1"));
  EXPECT_TRUE(open().get("sha256:a", "v1"));
  EXPECT_EQ(cache.usage().entries, 1U);
  // For this user alone.
  struct stat status{};
  ASSERT_EQ(::stat((directory_ / "layers").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
  ASSERT_EQ(::stat(entries().at(0).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  cache.clear();
  EXPECT_EQ(cache.usage().entries, 0U);
  EXPECT_EQ(back->files[0].path, "file0");  // still mapped
}

TEST_F(Cache, TakesADamagedEntryForNone) {
  const LayerCache cache = open();
  ASSERT_TRUE(cache.put("sha256:a", "", facts("sha256:a")));
  const fs::path entry = entries().at(0);
  std::string bytes = *core::read_file(entry);
  bytes[bytes.size() / 2] ^= 1;
  std::ofstream(entry, std::ios::binary) << bytes;
  EXPECT_FALSE(cache.get("sha256:a", ""));
  EXPECT_FALSE(fs::exists(entry));
  // An empty file, and a link, are none either.
  std::ofstream(entry).close();
  EXPECT_FALSE(cache.get("sha256:a", ""));
  fs::remove(entry);
  fs::create_symlink("/etc/passwd", entry);
  EXPECT_FALSE(cache.get("sha256:a", ""));
}

TEST_F(Cache, RemovesWhatWasUsedLongestAgo) {
  const LayerCache all = open();
  ASSERT_TRUE(all.put("probe", "", facts("probe", 100)));
  const std::uint64_t size = all.usage().bytes;
  all.clear();
  const LayerCache cache = open(size * 3 + size / 2);
  const auto age = [&](const std::string& layer, std::time_t when) {
    ASSERT_TRUE(cache.put(layer, "", facts(layer, 100)));
    for (const fs::path& entry : entries()) {
      struct stat status{};
      ASSERT_EQ(::stat(entry.c_str(), &status), 0);
      if (status.st_mtim.tv_sec < 1'000'000) continue;  // aged already
      const timespec times[2] = {{when, 0}, {when, 0}};
      ASSERT_EQ(::utimensat(AT_FDCWD, entry.c_str(), times, 0), 0);
    }
  };
  age("aaaaa", 100);
  age("bbbbb", 200);
  age("ccccc", 300);
  EXPECT_TRUE(cache.get("aaaaa", ""));  // used now
  ASSERT_TRUE(cache.put("ddddd", "", facts("ddddd", 100)));
  EXPECT_FALSE(cache.get("bbbbb", ""));
  EXPECT_TRUE(cache.get("aaaaa", ""));
  EXPECT_TRUE(cache.get("ccccc", ""));
  EXPECT_TRUE(cache.get("ddddd", ""));
  EXPECT_LE(cache.usage().bytes, size * 3 + size / 2);
  // What is larger than the bound is not kept, and drives nothing out.
  ASSERT_TRUE(cache.put("large", "", facts("large", 1000)));
  EXPECT_FALSE(cache.get("large", ""));
  EXPECT_EQ(cache.usage().entries, 3U);
}

TEST_F(Cache, RemovesWhatDeadProcessesLeft) {
  const LayerCache cache = open();
  const fs::path old = directory_ / "layers" / ".tmp-old";
  const fs::path fresh = directory_ / "layers" / ".tmp-new";
  std::ofstream(old).close();
  std::ofstream(fresh).close();
  const timespec times[2] = {{100, 0}, {100, 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, old.c_str(), times, 0), 0);
  ASSERT_TRUE(cache.put("a", "", facts("a")));
  EXPECT_FALSE(fs::exists(old));
  EXPECT_TRUE(fs::exists(fresh));
}

TEST_F(Cache, IsSharedByThreads) {
  std::vector<std::jthread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      const LayerCache cache = open(20'000);
      for (int i = 0; i < 100; ++i) {
        const std::string layer = "layer" + std::to_string((i + t) % 7);
        if (!cache.put(layer, "", facts(layer, 20))) ++wrong;
        const auto back = cache.get(layer, "");
        if (back && (back->digest != layer || back->files.size() != 20)) ++wrong;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(wrong, 0);
}

TEST_F(Cache, SaysWhereItCannotBe) {
  std::ofstream(directory_ / "layers") << "a file";
  EXPECT_FALSE(LayerCache::open({.directory = directory_}));
}

TEST(AnalysisId, ChangesWithNamesVersionsAndLimits) {
  class Named final : public Analyzer {
   public:
    Named(std::string name, std::uint64_t version) : name_(std::move(name)), version_(version) {}
    [[nodiscard]] std::string_view name() const override { return name_; }
    [[nodiscard]] std::uint64_t version() const override { return version_; }
    [[nodiscard]] bool wants(const FileEntry&, std::string_view) const override { return false; }
    void analyze(const FileEntry&, const FileContent&, FileFacts&) const override {}

   private:
    std::string name_;
    std::uint64_t version_;
  };
  const auto id = [](std::string name, std::uint64_t version, std::string_view more) {
    Analyzers list;
    list.push_back(std::make_unique<Named>(std::move(name), version));
    return analysis_id(list, more);
  };
  EXPECT_EQ(id("a", 1, "x"), id("a", 1, "x"));
  EXPECT_NE(id("a", 1, "x"), id("b", 1, "x"));
  EXPECT_NE(id("a", 1, "x"), id("a", 2, "x"));
  EXPECT_NE(id("a", 1, "x"), id("a", 1, "y"));
}

}  // namespace
}  // namespace yagura::image
