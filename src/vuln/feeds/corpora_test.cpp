// Every record of published databases loads.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "vuln/feeds/load.hpp"

namespace yagura::vuln {
namespace {

namespace fs = std::filesystem;

fs::path osv_corpora() {
  const char* given = std::getenv("YAGURA_CORPORA");
  const fs::path root = given != nullptr
                            ? fs::path(given)
                            : fs::path(YAGURA_SOURCE_DIR) / ".." / "shared" / "corpora";
  return root / "osv";
}

struct Counted {
  FeedInfo info;
  std::size_t records = 0;
  std::size_t statements = 0;
  std::size_t empty = 0;  // records that say nothing of any package
  std::size_t scores = 0;
  Diagnostics diagnostics;
};

Counted load(const fs::path& path) {
  Counted counted;
  const FeedSink sink{.record =
                          [&](Record&& record) {
                            ++counted.records;
                            counted.statements += record.affected.size();
                            counted.empty += record.affected.empty() ? 1 : 0;
                          },
                      .score = [&](Score&&) { ++counted.scores; }};
  auto info = load_feed(path, {}, sink, counted.diagnostics);
  EXPECT_TRUE(info) << info.error().message;
  if (info) counted.info = *info;
  return counted;
}

TEST(Corpora, EveryOsvRecordLoads) {
  if (!fs::exists(osv_corpora())) GTEST_SKIP() << "skipped: no corpora";
  for (const char* ecosystem : {"Go", "PyPI", "AlmaLinux", "Debian"}) {
    SCOPED_TRACE(ecosystem);
    const Counted counted = load(osv_corpora() / ecosystem / "all.zip");
    EXPECT_GT(counted.records, 2000U);
    EXPECT_EQ(counted.records, counted.info.documents);
    EXPECT_EQ(counted.empty, 0U);
    EXPECT_TRUE(counted.diagnostics.list().empty());
    EXPECT_EQ(counted.info.format, FeedFormat::kOsv);
  }
}

TEST(Corpora, KnownExploitedCatalogueLoads) {
  if (!fs::exists(osv_corpora())) GTEST_SKIP() << "skipped: no corpora";
  const Counted counted = load(osv_corpora() / "kev.json");
  EXPECT_EQ(counted.info.format, FeedFormat::kKev);
  EXPECT_EQ(counted.scores, 1404U);
  EXPECT_TRUE(counted.info.data_time.starts_with("2025-08-25"));
  EXPECT_TRUE(counted.diagnostics.list().empty());
}

}  // namespace
}  // namespace yagura::vuln
