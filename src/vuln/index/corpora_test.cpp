// Published databases: each advisory, looked up by its own id, says of versions what its record
// says.

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>

#include "vuln/feeds/ecosystem.hpp"
#include "vuln/index/index.hpp"

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

const std::vector<std::string>& ecosystems() {
  static const std::vector<std::string> kNames = {"AlmaLinux", "Debian", "Go", "PyPI"};
  return kNames;
}

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = (fs::temp_directory_path() / "vuln_index_XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

class Corpora : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(osv_corpora())) GTEST_SKIP() << "skipped: no corpora";
    std::vector<fs::path> feeds;
    for (const std::string& name : ecosystems()) feeds.push_back(osv_corpora() / name / "all.zip");
    feeds.push_back(osv_corpora() / "kev.json");
    Diagnostics diagnostics;
    auto built =
        build_index(feeds, directory_.path(), {.created = "2026-01-01T00:00:00Z"}, diagnostics);
    ASSERT_TRUE(built) << built.error().message;
    EXPECT_TRUE(diagnostics.list().empty());
    auto index = Index::open(directory_.path());
    ASSERT_TRUE(index) << index.error().message;
    index_ = *index;
  }

  TemporaryDirectory directory_;
  Index index_;
};

// The OSV schema's own evaluation, written down once more: events in the order of versions, each
// turning the state.
bool schema_says_affected(Scheme scheme, const Affected& affected, const std::string& version) {
  for (const std::string& listed : affected.versions) {
    if (compare(scheme, listed, version) == 0) return true;
  }
  for (const Range& range : affected.ranges) {
    std::vector<Event> events = range.events;
    std::ranges::stable_sort(events, [&](const Event& a, const Event& b) {
      if (a.version == "0" || b.version == "0") return a.version == "0" && b.version != "0";
      return compare(scheme, a.version, b.version) < 0;
    });
    bool vulnerable = false;
    for (const Event& event : events) {
      const bool from_start = event.version == "0" && event.kind == Event::Kind::kIntroduced;
      const auto order =
          from_start ? std::strong_ordering::greater : compare(scheme, version, event.version);
      if (event.kind == Event::Kind::kIntroduced && order >= 0) vulnerable = true;
      if (event.kind == Event::Kind::kFixed && order >= 0) vulnerable = false;
      if (event.kind == Event::Kind::kLastAffected && order > 0) vulnerable = false;
    }
    if (vulnerable) return true;
  }
  return false;
}

struct Totals {
  std::size_t listed = 0;
  std::size_t introduced = 0;
  std::size_t fixed = 0;
  std::size_t wrong = 0;
};

class Check {
 public:
  Check(const Index& index, Totals& totals) : index_(index), totals_(totals) {}

  void record(const Record& record) {
    for (const Affected& affected : record.affected) this->affected(record, affected);
  }

 private:
  void affected(const Record& record, const Affected& affected) {
    const auto scheme = scheme_of_ecosystem(affected.ecosystem);
    ASSERT_TRUE(scheme);
    for (const std::string& version : affected.versions) {
      ++totals_.listed;
      expect(record, affected, *scheme, version, true);
    }
    for (const Range& range : affected.ranges) {
      for (const Event& event : range.events) this->event(record, affected, *scheme, event);
    }
  }
  void event(const Record& record, const Affected& affected, Scheme scheme, const Event& event) {
    const bool says = says_affected(record, affected, scheme, event.version);
    if (event.kind == Event::Kind::kFixed) {
      ++totals_.fixed;
    } else {
      ++totals_.introduced;
    }
    expect(record, affected, scheme, event.version, says);
  }
  // What all of the record's entries for the package say together.
  static bool says_affected(const Record& record, const Affected& affected, Scheme scheme,
                            const std::string& version) {
    return std::ranges::any_of(record.affected, [&](const Affected& other) {
      return other.ecosystem == affected.ecosystem && other.package == affected.package &&
             schema_says_affected(scheme, other, version);
    });
  }
  void expect(const Record& record, const Affected& affected, Scheme scheme,
              const std::string& version, bool expected) {
    Statements statements = index_.find(affected.ecosystem, affected.package);
    Statement statement;
    bool found = false;
    while (statements.next(statement)) {
      const auto head = statement.shard->record(statement.record);
      if (!head || head->id != record.id) continue;
      found = found || affects(scheme, statement, version);
    }
    if (found == expected) return;
    if (++totals_.wrong < 20) {
      ADD_FAILURE() << record.id << " " << affected.ecosystem << " " << affected.package << " "
                    << version << ": record says " << expected;
    }
  }

  const Index& index_;
  Totals& totals_;
};

TEST_F(Corpora, EachAdvisorySaysWhatItsRecordSays) {
  for (const std::string& name : ecosystems()) {
    SCOPED_TRACE(name);
    Totals totals;
    Check check(index_, totals);
    Diagnostics diagnostics;
    const FeedSink sink{.record = [&](Record&& record) { check.record(record); },
                        .score = [](Score&&) {}};
    ASSERT_TRUE(load_feed(osv_corpora() / name / "all.zip", {}, sink, diagnostics));
    EXPECT_GT(totals.introduced, 1000U);
    EXPECT_GT(totals.fixed, 1000U);
    EXPECT_EQ(totals.wrong, 0U);
    RecordProperty(name, std::to_string(totals.listed + totals.introduced + totals.fixed));
  }
}

TEST_F(Corpora, SmallAndWhole) {
  std::uint64_t size = fs::file_size(directory_.path() / kManifestFile);
  for (const ShardInfo& shard : index_.manifest().shards) size += shard.size;
  EXPECT_LT(size, std::uint64_t{10} << 20);
  EXPECT_EQ(index_.manifest().shards.size(), 5U);
  const auto verified = index_.verify();
  EXPECT_TRUE(verified) << verified.error().message;
}

TEST_F(Corpora, TextsAreThere) {
  const auto records = index_.records_of("CVE-2023-43644");
  ASSERT_FALSE(records.empty());
  const auto head = records.front().first->record(records.front().second);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->id, "GO-2023-2077");
  const auto text = records.front().first->text(*head);
  ASSERT_TRUE(text);
  EXPECT_EQ(text->details, "Authentication bypass in github.com/sagernet/sing");
  EXPECT_EQ(text->references.size(), 3U);
}

TEST_F(Corpora, SameFeedsSameBytes) {
  std::vector<fs::path> feeds;
  for (const std::string& name : ecosystems()) feeds.push_back(osv_corpora() / name / "all.zip");
  feeds.push_back(osv_corpora() / "kev.json");
  TemporaryDirectory other;
  Diagnostics diagnostics;
  const auto again =
      build_index(feeds, other.path(),
                  {.limits = {.threads = 1}, .created = "2026-01-02T00:00:00Z"}, diagnostics);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->shards, index_.manifest().shards);
}

}  // namespace
}  // namespace yagura::vuln
