#include "vuln/index/index.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <random>

#include "core/file.hpp"
#include "vuln/index/shard_builder.hpp"

namespace yagura::vuln {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Affected affected(std::string ecosystem, std::string package, std::vector<Event> events) {
  Affected out;
  out.ecosystem = std::move(ecosystem);
  out.package = std::move(package);
  out.ranges.push_back({std::move(events)});
  return out;
}

Event introduced(std::string version) { return {Event::Kind::kIntroduced, std::move(version)}; }
Event fixed(std::string version) { return {Event::Kind::kFixed, std::move(version)}; }
Event last(std::string version) { return {Event::Kind::kLastAffected, std::move(version)}; }
Event limit(std::string version) { return {Event::Kind::kLimit, std::move(version)}; }

Record sample(std::string id) {
  Record record;
  record.id = std::move(id);
  record.source = "osv";
  record.summary = "A summary";
  record.details = "Details";
  record.modified = "2024-01-01T00:00:00Z";
  record.aliases = {"CVE-2024-0001"};
  record.references = {"https://example.org/1", "https://example.org/2"};
  record.ratings = {{.source = "ghsa", .vector = "CVSS:3.1/x", .score = 0, .word = "HIGH"}};
  record.affected = {affected("npm", "left", {introduced("1.0.0"), fixed("1.2.0")})};
  record.affected[0].versions = {"0.5.0", "1.1.0", "0.4.0"};
  return record;
}

std::string shard_bytes(const std::vector<Record>& records) {
  ShardBuilder builder;
  for (const Record& record : records) builder.add(record, "");
  builder.add({.cve = "CVE-2024-0001", .epss = 0.25, .percentile = 0.5, .exploited_since = {}});
  builder.add(
      {.cve = "CVE-2024-0001", .epss = -1, .percentile = -1, .exploited_since = "2024-02-03"});
  auto bytes = builder.finish();
  EXPECT_TRUE(bytes);
  return bytes.value_or("");
}

std::vector<std::string> ids_affecting(const Shard& shard, std::string_view ecosystem,
                                       std::string_view package, std::string_view version) {
  std::vector<std::string> out;
  Statements statements = shard.find(ecosystem, package);
  Statement statement;
  const Scheme scheme = scheme_of_ecosystem(ecosystem).value_or(Scheme::kGeneric);
  while (statements.next(statement)) {
    if (affects(scheme, statement, version)) {
      out.emplace_back(shard.record(statement.record)->id);
    }
  }
  EXPECT_FALSE(statements.damaged());
  return out;
}

std::string written(Scheme scheme, const std::vector<Event>& events) {
  const Range range{events};
  std::string out;
  for (const Interval& interval : intervals_of(scheme, range)) {
    out += "[" + std::string(interval.introduced) + "," + std::string(interval.end) +
           (interval.end_kind == Interval::End::kLastAffected ? "]" : ")");
  }
  return out;
}

TEST(Intervals, FollowTheSchemasEvaluation) {
  const Scheme semver = Scheme::kSemver;
  EXPECT_EQ(written(semver, {introduced("0"), fixed("1.0.0")}), "[,1.0.0)");
  EXPECT_EQ(written(semver, {fixed("1.0.0"), introduced("0")}), "[,1.0.0)");
  EXPECT_EQ(written(semver, {introduced("1.0.0")}), "[1.0.0,)");
  EXPECT_EQ(written(semver, {introduced("2.0.0"), fixed("2.1.0"), introduced("0"), fixed("1.5.0")}),
            "[,1.5.0)[2.0.0,2.1.0)");
  EXPECT_EQ(written(semver, {introduced("1.0.0"), last("1.0.0")}), "[1.0.0,1.0.0]");
  EXPECT_EQ(written(semver, {last("1.0.0"), introduced("1.0.0")}), "[1.0.0,1.0.0]");
  EXPECT_EQ(written(semver, {introduced("1.0.0"), fixed("1.0.0")}), "");
  EXPECT_EQ(written(semver, {introduced("0"), fixed("1.0.0"), fixed("2.0.0")}), "[,1.0.0)");
  EXPECT_EQ(written(semver, {introduced("0"), limit("1.0.0")}), "[,1.0.0)");
  EXPECT_EQ(written(semver, {introduced("0"), limit("*")}), "[,)");
  EXPECT_EQ(written(semver, {introduced("2.0.0"), limit("1.0.0")}), "");
  EXPECT_EQ(written(semver, {fixed("1.0.0")}), "");
  EXPECT_EQ(written(semver, {}), "");
}

TEST(Shard, FindsWhatAffectsAVersion) {
  const std::string bytes = shard_bytes({sample("GHSA-1"), sample("GHSA-2")});
  const auto shard = Shard::from_bytes(bytes);
  ASSERT_TRUE(shard) << shard.error().message;
  EXPECT_THAT(ids_affecting(**shard, "npm", "left", "1.1.9"), ElementsAre("GHSA-1", "GHSA-2"));
  EXPECT_THAT(ids_affecting(**shard, "npm", "left", "0.5.0"), ElementsAre("GHSA-1", "GHSA-2"));
  EXPECT_THAT(ids_affecting(**shard, "npm", "left", "0.4.0"), ElementsAre("GHSA-1", "GHSA-2"));
  EXPECT_THAT(ids_affecting(**shard, "npm", "left", "0.6.0"), ElementsAre());
  EXPECT_THAT(ids_affecting(**shard, "npm", "left", "1.2.0"), ElementsAre());
  EXPECT_THAT(ids_affecting(**shard, "npm", "right", "1.1.9"), ElementsAre());
  EXPECT_THAT(ids_affecting(**shard, "PyPI", "left", "1.1.9"), ElementsAre());
  EXPECT_TRUE((*shard)->verify());
}

TEST(Shard, KeepsWhatTheRecordSays) {
  const std::string bytes = shard_bytes({sample("GHSA-1")});
  const auto shard = Shard::from_bytes(bytes);
  ASSERT_TRUE(shard);
  ASSERT_THAT((*shard)->records_of("CVE-2024-0001"), ElementsAre(0U));
  ASSERT_THAT((*shard)->records_of("GHSA-1"), ElementsAre(0U));
  EXPECT_TRUE((*shard)->records_of("GHSA-2").empty());
  const auto head = (*shard)->record(0);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->id, "GHSA-1");
  EXPECT_EQ(head->summary, "A summary");
  EXPECT_EQ(head->ratings.size(), 1U);
  EXPECT_EQ(head->ratings[0].word, "HIGH");
  const auto text = (*shard)->text(*head);
  ASSERT_TRUE(text);
  EXPECT_EQ(text->details, "Details");
  EXPECT_THAT(text->references, ElementsAre("https://example.org/1", "https://example.org/2"));
  const auto score = (*shard)->score("CVE-2024-0001");
  ASSERT_TRUE(score);
  EXPECT_DOUBLE_EQ(score->epss, 0.25);
  EXPECT_EQ(score->exploited_since, "2024-02-03");
  EXPECT_FALSE((*shard)->score("CVE-2024-0002"));
  EXPECT_FALSE((*shard)->score("rubbish"));
}

TEST(Shard, ALaterRecordReplacesAnEarlierOne) {
  Record later = sample("GHSA-1");
  later.modified = "2024-06-01T00:00:00Z";
  later.affected = {affected("npm", "left", {introduced("3.0.0"), fixed("3.1.0")})};
  for (const bool later_first : {false, true}) {
    const std::string bytes = shard_bytes(later_first ? std::vector{later, sample("GHSA-1")}
                                                      : std::vector{sample("GHSA-1"), later});
    const auto shard = Shard::from_bytes(bytes);
    ASSERT_TRUE(shard);
    EXPECT_THAT(ids_affecting(**shard, "npm", "left", "3.0.5"), ElementsAre("GHSA-1"));
    EXPECT_THAT(ids_affecting(**shard, "npm", "left", "1.1.9"), ElementsAre());
    EXPECT_TRUE((*shard)->verify());
  }
}

TEST(Shard, RecordsWithoutATimeAreAddedTo) {
  Record one = sample("CVE-2024-0001");
  one.modified.clear();
  one.affected = {affected("Alpine:v3.18", "a", {introduced("0"), fixed("1-r0")})};
  Record two = one;
  two.affected = {affected("Alpine:v3.19", "a", {introduced("0"), fixed("2-r0")})};
  const std::string bytes = shard_bytes({one, two});
  const auto shard = Shard::from_bytes(bytes);
  ASSERT_TRUE(shard);
  EXPECT_EQ((*shard)->record_count(), 1U);
  EXPECT_EQ(ids_affecting(**shard, "Alpine:v3.18", "a", "1-r0").size(), 0U);
  EXPECT_EQ(ids_affecting(**shard, "Alpine:v3.19", "a", "1-r0").size(), 1U);
}

TEST(Shard, RefusesWhatIsNone) {
  const std::string good = shard_bytes({sample("GHSA-1")});
  EXPECT_FALSE(Shard::from_bytes(""));
  EXPECT_FALSE(Shard::from_bytes("hello"));
  EXPECT_FALSE(Shard::from_bytes(std::string_view(good).substr(0, good.size() - 1)));
  std::string other = good;
  other[format::kVersionAt] = 9;
  const auto newer = Shard::from_bytes(other);
  ASSERT_FALSE(newer);
  EXPECT_EQ(newer.error().code, ErrorCode::kUnsupported);
  other = good;
  other[format::kSectionsAt + 3] ^= 0x40;
  EXPECT_FALSE(Shard::from_bytes(other));
}

// What may not happen is anything but an answer or an error.
TEST(Shard, DamageNeverCrashes) {
  std::vector<Record> records;
  for (int i = 0; i < 20; ++i) records.push_back(sample("GHSA-" + std::to_string(i)));
  const std::string good = shard_bytes(records);
  std::mt19937 random(7);
  std::size_t noticed = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string bad = good;
    for (int flips = 0; flips < 4; ++flips) {
      bad[format::kHeaderSize + random() % (bad.size() - format::kHeaderSize)] ^=
          static_cast<char>(1U << (random() % 8));
    }
    const auto shard = Shard::from_bytes(bad);
    ASSERT_TRUE(shard);
    noticed += (*shard)->verify() ? 0 : 1;
    Statements statements = (*shard)->find("npm", "left");
    Statement statement;
    std::size_t count = 0;
    while (statements.next(statement)) {
      (void)affects(Scheme::kNpm, statement, "1.1.0");
      ASSERT_LE(++count, bad.size());
    }
    (void)(*shard)->records_of("CVE-2024-0001");
    (void)(*shard)->score("CVE-2024-0001");
  }
  EXPECT_GT(noticed, 100U);
}

TEST(Manifest, ReadsWhatItWrote) {
  Manifest manifest;
  manifest.created = "2024-01-01T00:00:00Z";
  manifest.shards.push_back({.name = "npm",
                             .file = "npm-0.ydb",
                             .sha256 = sha256_hex("x"),
                             .size = 7,
                             .records = 1,
                             .statements = 2});
  manifest.sources.push_back(
      {.name = "all.zip", .format = "osv", .data_time = "2024", .records = 3, .scores = 0});
  const auto read = parse_manifest(to_json(manifest));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, manifest);
  Envelope envelope{
      .type = std::string(kManifestType), .payload = to_json(manifest), .signatures = {}};
  envelope.signatures.push_back({"key", std::string("\0\1\2", 3)});
  const auto unpacked = parse_envelope(to_json(envelope));
  ASSERT_TRUE(unpacked) << unpacked.error().message;
  EXPECT_EQ(unpacked->payload, envelope.payload);
  ASSERT_EQ(unpacked->signatures.size(), 1U);
  EXPECT_EQ(unpacked->signatures[0].signature, envelope.signatures[0].signature);
}

TEST(Manifest, RefusesPathsForFileNames) {
  for (const char* file : {"../x.ydb", "/etc/x.ydb", ".x.ydb", "a/b.ydb", "x", "x.txt", ""}) {
    Manifest manifest;
    manifest.shards.push_back({.name = "npm", .file = file, .sha256 = sha256_hex("x")});
    EXPECT_FALSE(parse_manifest(to_json(manifest))) << file;
  }
}

TEST(Index, BuildsFromADirectoryAndReplacesInOneStep) {
  const fs::path directory = fs::path(testing::TempDir()) / "index_build";
  fs::remove_all(directory);
  fs::create_directories(directory / "feed");
  const auto write = [&](const char* name, std::string_view text) {
    ASSERT_TRUE(core::write_file(directory / "feed" / name, text));
  };
  write("a.json", R"({"id":"GHSA-1","modified":"2024","affected":[
    {"package":{"ecosystem":"npm","name":"a"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.0.0"}]}]},
    {"package":{"ecosystem":"PyPI","name":"A_b"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"2"}]}]}]})");
  write("bad.json", "{");
  Diagnostics diagnostics;
  const auto first =
      build_index({directory / "feed"}, directory / "db", {.created = "1"}, diagnostics);
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(diagnostics.list().size(), 1U);
  ASSERT_EQ(first->shards.size(), 2U);
  const auto index = Index::open(directory / "db");
  ASSERT_TRUE(index) << index.error().message;
  EXPECT_TRUE(index->covers("npm"));
  EXPECT_FALSE(index->covers("Debian:12"));
  Statement statement;
  Statements found = index->find("PyPI", "a-B");
  EXPECT_TRUE(found.next(statement));

  write("a.json", R"({"id":"GHSA-1","modified":"2025","affected":[
    {"package":{"ecosystem":"npm","name":"a"},"versions":["1.0.0"]}]})");
  ASSERT_TRUE(build_index({directory / "feed"}, directory / "db", {.created = "2"}, diagnostics));
  EXPECT_TRUE(index->verify()) << "an open index stays as it was";
  const auto newer = Index::open(directory / "db");
  ASSERT_TRUE(newer);
  EXPECT_EQ(newer->manifest().shards.size(), 1U);
  const auto files =
      std::distance(fs::directory_iterator(directory / "db"), fs::directory_iterator());
  EXPECT_EQ(files, 2) << "manifest and one shard";

  EXPECT_FALSE(
      build_index({directory / "missing"}, directory / "db", {.created = "3"}, diagnostics));
  EXPECT_TRUE(Index::open(directory / "db")) << "a failed build leaves the old index";
}

TEST(Index, NoticesAChangedFile) {
  const fs::path directory = fs::path(testing::TempDir()) / "index_changed";
  fs::remove_all(directory);
  fs::create_directories(directory);
  ASSERT_TRUE(core::write_file(
      directory / "a.json",
      R"({"id":"A","modified":"1","affected":[{"package":{"ecosystem":"npm","name":"a"},"versions":["1.0.0"]}]})"));
  Diagnostics diagnostics;
  const auto manifest =
      build_index({directory / "a.json"}, directory / "db", {.created = "1"}, diagnostics);
  ASSERT_TRUE(manifest);
  const fs::path file = directory / "db" / manifest->shards[0].file;
  std::string bytes = core::read_file(file).value_or("");
  bytes.back() ^= 1;
  ASSERT_TRUE(core::write_file(file, bytes));
  const auto index = Index::open(directory / "db");
  ASSERT_TRUE(index);
  const auto verified = index->verify();
  ASSERT_FALSE(verified);
  EXPECT_THAT(verified.error().message, HasSubstr("SHA-256"));
}

}  // namespace
}  // namespace yagura::vuln
