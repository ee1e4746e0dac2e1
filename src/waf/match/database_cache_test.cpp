#include "waf/match/internal/database_cache.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "waf/match/internal/library_check.hpp"
#include "waf/match/prefilter.hpp"

namespace yagura::waf {
namespace {

namespace fs = std::filesystem;
using internal::CompiledGroup;
using internal::DatabaseCache;

class PrefilterCache : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!internal::library_problem().empty()) {
      GTEST_SKIP() << "skipped: " << internal::library_problem();
    }
    std::string name = (fs::temp_directory_path() / "yagura-match-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override {
    std::error_code error;
    if (!folder_.empty()) fs::remove_all(folder_, error);
  }

  static std::vector<PrefilterItem> items() {
    std::vector<PrefilterItem> items;
    for (const char* regex : {"union.*select", "<script[^>]*>", "\\bor\\b\\s*\\d"}) {
      items.push_back({.pattern = {.regex = regex}, .has_pattern = true, .classes = 1});
    }
    return items;
  }

  Prefilter built() {
    auto prefilter = Prefilter::build(items(), {.cache_folder = folder_});
    EXPECT_TRUE(prefilter);
    return std::move(*prefilter);
  }

  static std::size_t hits_of(const Prefilter& prefilter) {
    PrefilterScratch scratch;
    PrefilterScan scan(prefilter, scratch);
    const std::vector<std::string> forms = {"union all select", "<script src=x>", "a or 1",
                                            "plain"};
    for (const std::string& form : forms) scan.add(form, bytes_in(form), 1, 1);
    std::vector<PrefilterHit> hits;
    EXPECT_TRUE(scan.run(hits));
    return hits.size();
  }

  [[nodiscard]] std::vector<fs::path> files() const {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder_)) files.push_back(entry.path());
    return files;
  }

  fs::path folder_;
};

std::string contents(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

TEST_F(PrefilterCache, SparesTheSecondStartTheCompiling) {
  const Prefilter first = built();
  // Groups that are alike share a file.
  EXPECT_GE(first.figures().databases_compiled, files().size());
  for (const fs::path& file : files()) EXPECT_EQ(file.extension(), ".hsdb");
  const Prefilter second = built();
  EXPECT_EQ(second.figures().databases_compiled, 0U);
  EXPECT_EQ(second.figures().database_bytes, first.figures().database_bytes);
  EXPECT_EQ(hits_of(first), 3U);
  EXPECT_EQ(hits_of(second), 3U);
}

TEST_F(PrefilterCache, IgnoresDamagedCutAndForeignFiles) {
  EXPECT_EQ(hits_of(built()), 3U);
  const std::size_t count = files().size();
  ASSERT_GE(count, 2U);
  const std::vector<std::string> damage = {"flip", "cut", "empty", "grow", "header", "swap"};
  for (const std::string& kind : damage) {
    const std::vector<fs::path> all = files();
    std::vector<std::string> before;
    for (const fs::path& file : all) before.push_back(contents(file));
    for (std::size_t i = 0; i < all.size(); ++i) {
      const fs::path& file = all[i];
      std::string bytes = before[i];
      if (kind == "flip") bytes[bytes.size() / 2 + 2048] ^= 1;
      if (kind == "cut") bytes.resize(bytes.size() / 2);
      if (kind == "empty") bytes.clear();
      if (kind == "grow") bytes += "more";
      if (kind == "header") bytes[8] ^= 1;  // the format
      if (kind == "swap") bytes = before[(i + 1) % all.size()];
      // The library maps the files: one that is mapped must not change under it.
      fs::remove(file);
      write(file, bytes);
    }
    const Prefilter again = built();
    EXPECT_GE(again.figures().databases_compiled, count) << kind;
    EXPECT_EQ(hits_of(again), 3U) << kind;
    EXPECT_EQ(built().figures().databases_compiled, 0U) << kind << ": mended";
  }
}

TEST_F(PrefilterCache, TrustsNoFolderThatEveryoneCanWriteTo) {
  ASSERT_EQ(chmod(folder_.c_str(), 0777), 0);
  const Prefilter prefilter = built();
  EXPECT_NE(prefilter.figures().cache_problem.find("can be written to by everyone"),
            std::string::npos);
  EXPECT_TRUE(files().empty());
  EXPECT_EQ(hits_of(prefilter), 3U);
}

TEST_F(PrefilterCache, TrustsNoFileThatOthersCanWriteTo) {
  EXPECT_EQ(hits_of(built()), 3U);
  for (const fs::path& file : files()) ASSERT_EQ(chmod(file.c_str(), 0664), 0);
  EXPECT_GE(built().figures().databases_compiled, files().size());
}

TEST_F(PrefilterCache, DoesWithoutAFolderThatCannotBeMade) {
  write(folder_ / "file", "x");
  const auto prefilter = Prefilter::build(items(), {.cache_folder = folder_ / "file/below"});
  ASSERT_TRUE(prefilter);
  EXPECT_FALSE(prefilter->figures().cache_problem.empty());
  EXPECT_EQ(hits_of(*prefilter), 3U);
}

// A database is mapped wherever the system puts it, so it must not depend on its address.
TEST_F(PrefilterCache, MapsADatabaseAtAnyAddress) {
  const std::vector<PrefilterItem> all = items();
  const internal::ScanPlan plan = internal::plan_scan(all);
  const auto& expressions = plan.alphabets.back().groups.front().expressions;
  auto compiled = internal::compile_group(expressions);
  ASSERT_TRUE(compiled);
  const DatabaseCache cache(folder_);
  const std::string key = DatabaseCache::key_of(internal::description_of(expressions));
  const CompiledGroup first = cache.store(key, std::move(*compiled));
  const auto second = cache.load(key);
  ASSERT_TRUE(second);
  ASSERT_NE(first.database.get(), second->database.get());
  const auto reports_of = [](const hs_database_t* database) {
    hs_scratch_t* scratch = nullptr;
    EXPECT_EQ(hs_alloc_scratch(database, &scratch), HS_SUCCESS);
    const std::string text = "\nunion select <script> or 1\n";
    std::size_t reports = 0;
    const auto count = [](unsigned, unsigned long long, unsigned long long, unsigned, void* to) {
      ++*static_cast<std::size_t*>(to);
      return 0;
    };
    EXPECT_EQ(hs_scan(database, text.data(), static_cast<unsigned>(text.size()), 0, scratch, count,
                      &reports),
              HS_SUCCESS);
    hs_free_scratch(scratch);
    return reports;
  };
  EXPECT_GT(reports_of(first.database.get()), 0U);
  EXPECT_EQ(reports_of(first.database.get()), reports_of(second->database.get()));
}

TEST_F(PrefilterCache, ServesStartsAtTheSameTime) {
  std::vector<std::size_t> hits(4);
  {
    std::vector<std::jthread> starts;
    for (std::size_t& count : hits) {
      starts.emplace_back([this, &count] { count = hits_of(built()); });
    }
  }
  EXPECT_EQ(hits, std::vector<std::size_t>(4, 3U));
  EXPECT_EQ(built().figures().databases_compiled, 0U);
}

TEST(DatabaseKey, DiffersByWhatIsSearchedFor) {
  EXPECT_EQ(DatabaseCache::key_of("a"), DatabaseCache::key_of("a"));
  EXPECT_NE(DatabaseCache::key_of("a"), DatabaseCache::key_of("b"));
  EXPECT_EQ(DatabaseCache::key_of("a").size(), 64U);
}

}  // namespace
}  // namespace yagura::waf
