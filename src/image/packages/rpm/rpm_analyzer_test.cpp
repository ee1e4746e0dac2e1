#include "image/packages/rpm/rpm_analyzer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "image/packages/rpm/testing/build.hpp"

namespace yagura::image {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing_rpm::simple_header;

FileFacts analyzed(std::string_view path, std::string_view bytes) {
  const RpmAnalyzer analyzer;
  const FileEntry file{.path = path, .size = bytes.size()};
  FileFacts facts;
  EXPECT_TRUE(analyzer.wants(file, bytes)) << path;
  analyzer.analyze(file, MemoryContent(bytes), facts);
  return facts;
}

TEST(RpmAnalyzer, FormIsToldByTheBytesNotByTheName) {
  const std::vector<std::string> blobs = {simple_header("a", 2), simple_header("b", 1000)};
  const std::string databases[] = {testing_rpm::build_sqlite(blobs), testing_rpm::build_ndb(blobs),
                                   testing_rpm::build_berkeley(blobs, ByteOrder::kLittle),
                                   testing_rpm::build_berkeley(blobs, ByteOrder::kBig)};
  std::vector<FileFacts> all;
  for (const std::string& bytes : databases) all.push_back(analyzed("var/lib/rpm/Packages", bytes));
  ASSERT_EQ(all[0].packages.size(), 2U);
  EXPECT_EQ(all[0].packages[0].name, "a");
  EXPECT_EQ(all[0].packages[0].version, "1.0-1");
  EXPECT_THAT(all[0].packages[0].files, ElementsAre("usr/bin/file-0", "usr/share/a/file-1"));
  EXPECT_EQ(all[0].packages[1].files.size(), 1000U);
  EXPECT_THAT(all[0].problems, IsEmpty());
  for (const FileFacts& facts : all) EXPECT_EQ(facts, all[0]);
}

TEST(RpmAnalyzer, DamagedHeadersAreToldAndTheRestIsRead) {
  const FileFacts facts = analyzed(
      "usr/lib/sysimage/rpm/Packages.db",
      testing_rpm::build_ndb({"nonsense of some length", simple_header("b"),
                              testing_rpm::HeaderBuilder().text(RpmTag::kName, "c").build()}));
  ASSERT_EQ(facts.packages.size(), 1U);
  EXPECT_EQ(facts.packages[0].name, "b");
  EXPECT_THAT(facts.problems,
              ElementsAre("rpm database: package 1: header is longer than its record",
                          "rpm database: package 3: has no version"));
}

TEST(RpmAnalyzer, UnknownFormsAndDamageAreTold) {
  EXPECT_THAT(analyzed("usr/share/rpm/rpmdb.sqlite", "something").problems,
              ElementsAre("rpm database: has a form that is not known"));
  EXPECT_THAT(analyzed("usr/share/rpm/rpmdb.sqlite", "").problems, IsEmpty());
  std::string bytes = testing_rpm::build_ndb({simple_header("a"), simple_header("b")});
  bytes.resize(bytes.size() - 16);
  const FileFacts facts = analyzed("var/lib/rpm/Packages.db", bytes);
  EXPECT_EQ(facts.packages.size(), 1U);
  EXPECT_THAT(facts.problems, ElementsAre("rpm database: is damaged"));
}

TEST(RpmAnalyzer, WriteAheadLogIsReported) {
  const RpmAnalyzer analyzer;
  EXPECT_FALSE(analyzer.wants({.path = "var/lib/rpm/rpmdb.sqlite-wal", .size = 0}, {}));
  EXPECT_THAT(analyzed("var/lib/rpm/rpmdb.sqlite-wal", std::string(5000, 'x')).problems,
              ElementsAre(HasSubstr("write-ahead log")));
}

TEST(RpmAnalyzer, ManifestOfDistrolessMariner) {
  const FileFacts facts = analyzed("var/lib/rpmmanifest/container-manifest-2",
                                   "mariner-release\t2.0-12.cm2\t1653816591\t1653628955\tMicrosoft "
                                   "Corporation\t(none)\t580\tnoarch"
                                   "\t0\tmariner-release-2.0-12.cm2.src.rpm\n"
                                   "openssl-libs\t1.1.1k-15.cm2\t1653816591\t1653628955\tMicrosoft "
                                   "Corporation\t1\t4365048\tx86_64"
                                   "\t1\topenssl-1.1.1k-15.cm2.src.rpm\n"
                                   "broken\n");
  ASSERT_EQ(facts.packages.size(), 2U);
  EXPECT_EQ(facts.packages[0].version, "2.0-12.cm2");
  EXPECT_EQ(facts.packages[0].source_name, "");
  EXPECT_EQ(facts.packages[0].maintainer, "Microsoft Corporation");
  EXPECT_EQ(facts.packages[0].installed_size, 580U);
  EXPECT_EQ(facts.packages[1].version, "1:1.1.1k-15.cm2");
  EXPECT_EQ(facts.packages[1].source_name, "openssl");
  EXPECT_EQ(facts.packages[1].architecture, "x86_64");
  EXPECT_THAT(facts.problems, ElementsAre("rpm manifest: line 3 names no package and version"));
}

TEST(RpmAnalyzer, OtherFilesAreNotWanted) {
  const RpmAnalyzer analyzer;
  EXPECT_FALSE(analyzer.wants({.path = "var/lib/rpm/Basenames"}, {}));
  EXPECT_FALSE(analyzer.wants({.path = "srv/var/lib/rpm/Packages"}, {}));
  EXPECT_FALSE(analyzer.wants({.path = "var/lib/rpmmanifest/container-manifest-1"}, {}));
}

}  // namespace
}  // namespace yagura::image
