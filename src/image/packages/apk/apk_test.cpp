#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "image/packages/apk/apk_analyzer.hpp"
#include "image/packages/apk/installed.hpp"

namespace yagura::image {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

FileFacts analyzed(std::string_view path, std::string_view text) {
  const ApkAnalyzer analyzer;
  const FileEntry file{.path = path, .size = text.size()};
  FileFacts facts;
  EXPECT_TRUE(analyzer.wants(file, text)) << path;
  analyzer.analyze(file, MemoryContent(text), facts);
  return facts;
}

// Made after the database that apk-tools 2.14 writes.
constexpr std::string_view kInstalled =
    "C:Q1p78yvTLG094tHE1+dToJGbmYzQE=\n"
    "P:libcrypto3\n"
    "V:3.1.4-r1\n"
    "A:x86_64\n"
    "S:1745\n"
    "I:4337664\n"
    "T:Crypto library from openssl\n"
    "U:https://www.openssl.org/\n"
    "L:Apache-2.0\n"
    "o:openssl\n"
    "m:Somebody <somebody@example.org>\n"
    "t:1698235500\n"
    "c:b784a22cad0c452586b438cb7a597d846fc09ff4\n"
    "D:so:libc.musl-x86_64.so.1 busybox>=1.36 !libressl\n"
    "p:so:libcrypto.so.3=3 cmd:x=1\n"
    "r:libressl\n"
    "F:etc\n"
    "F:etc/ssl\n"
    "M:0:0:755\n"
    "R:openssl.cnf\n"
    "a:0:0:644\n"
    "Z:Q1wGuxVEOK9iGLj1i8D3BSBnT7MJA=\n"
    "R:ct_log_list.cnf\n"
    "F:lib\n"
    "R:libcrypto.so.3\n"
    "a:0:0:755\n"
    "\n"
    "P:alpine-baselayout\n"
    "V:3.4.3-r2\n"
    "A:x86_64\n"
    "o:alpine-baselayout\n"
    "F:\n"
    "R:top\n"
    "\n";

TEST(Apk, PackagesHaveOriginRelationsAndFiles) {
  const FileFacts facts = analyzed("lib/apk/db/installed", kInstalled);
  ASSERT_EQ(facts.packages.size(), 2U);
  const Package& package = facts.packages[0];
  EXPECT_EQ(package.type, PackageType::kApk);
  EXPECT_EQ(package.name, "libcrypto3");
  EXPECT_EQ(package.version, "3.1.4-r1");
  EXPECT_EQ(package.source_name, "openssl");
  EXPECT_EQ(package.source_version, "");
  EXPECT_EQ(package.architecture, "x86_64");
  EXPECT_EQ(package.maintainer, "Somebody <somebody@example.org>");
  EXPECT_EQ(package.installed_size, 4337664U);
  EXPECT_THAT(package.licenses, ElementsAre("Apache-2.0"));
  EXPECT_THAT(package.depends, ElementsAre("so:libc.musl-x86_64.so.1", "busybox"));
  EXPECT_THAT(package.provides, ElementsAre("so:libcrypto.so.3", "cmd:x"));
  EXPECT_THAT(package.files,
              ElementsAre("etc/ssl/openssl.cnf", "etc/ssl/ct_log_list.cnf", "lib/libcrypto.so.3"));
  EXPECT_EQ(facts.packages[1].source_name, "");
  EXPECT_THAT(facts.packages[1].files, ElementsAre("top"));
  EXPECT_THAT(facts.problems, IsEmpty());
}

TEST(Apk, LastPackageNeedsNoEmptyLine) {
  EXPECT_EQ(analyzed("usr/lib/apk/db/installed", "P:a\nV:1").packages.size(), 1U);
  EXPECT_THAT(analyzed("usr/lib/apk/db/installed", "").packages, IsEmpty());
}

TEST(Apk, CarriageReturnsAreNoPartOfValues) {
  const FileFacts facts = analyzed("lib/apk/db/installed", "P:a\r\r\nV:1\r\n\r\nP:b\nV:2\n");
  ASSERT_EQ(facts.packages.size(), 2U);
  EXPECT_EQ(facts.packages[0].name, "a");
  EXPECT_EQ(facts.packages[0].version, "1");
}

TEST(Apk, WorldNamesWhatWasAskedFor) {
  const FileFacts facts =
      analyzed("etc/apk/world", "alpine-base\nnginx=1.24.0-r1\ncurl@edge !vim\n");
  ASSERT_EQ(facts.notes.size(), 3U);
  EXPECT_EQ(facts.notes[0].package, "alpine-base");
  EXPECT_EQ(facts.notes[1].package, "nginx");
  EXPECT_EQ(facts.notes[2].package, "curl");
  EXPECT_EQ(facts.notes[0].automatic, false);
}

TEST(Apk, DamageIsToldAndTheRestIsRead) {
  const FileFacts facts =
      analyzed("lib/apk/db/installed", "P:a\n\nV:1\n\nnonsense\nP:b\nV:2\n\n\n\nP:c\nV:3\n");
  ASSERT_EQ(facts.packages.size(), 2U);
  EXPECT_EQ(facts.packages[0].name, "b");
  EXPECT_EQ(facts.packages[1].name, "c");
  EXPECT_THAT(facts.problems, ElementsAre("apk database: package 1 has no version",
                                          "apk database: package 2 names no package",
                                          "apk database: package 3 has lines that are no fields"));
}

TEST(Apk, LimitsAreReachedVisibly) {
  std::string text;
  for (int i = 0; i < 20; ++i) {
    text += "P:p" + std::to_string(i) + "\nV:1\nD:a b c\nF:usr/bin\nR:x\nR:y\n\n";
  }
  FileFacts facts;
  read_apk_installed(text, facts, {.max_packages = 10});
  EXPECT_EQ(facts.packages.size(), 10U);
  EXPECT_THAT(facts.problems, ElementsAre(HasSubstr("more than 10 packages")));

  facts = {};
  read_apk_installed(text, facts, {.max_relations = 4});
  EXPECT_EQ(facts.packages.size(), 20U);
  EXPECT_THAT(facts.problems, ElementsAre(HasSubstr("relations")));

  facts = {};
  read_apk_installed(text, facts, {.max_paths_text = 30});
  EXPECT_EQ(facts.packages.size(), 20U);
  EXPECT_EQ(facts.packages[0].files.size() + facts.packages[1].files.size(), 3U);
  EXPECT_THAT(facts.problems, ElementsAre(HasSubstr("paths")));

  facts = {};
  read_apk_installed("P:a\nV:1\nF:" + std::string(5000, 'x') + "\nR:y\n", facts);
  EXPECT_EQ(facts.packages.size(), 1U);
  EXPECT_THAT(facts.packages[0].files, IsEmpty());
  EXPECT_THAT(facts.problems, ElementsAre(HasSubstr("paths")));

  facts = {};
  read_apk_installed("P:" + std::string(5000, 'x') + "\nV:1\n", facts);
  EXPECT_THAT(facts.packages, IsEmpty());
  EXPECT_THAT(facts.problems, ElementsAre(HasSubstr("too long")));
}

TEST(Apk, OtherFilesAreNotWanted) {
  const ApkAnalyzer analyzer;
  EXPECT_FALSE(analyzer.wants({.path = "lib/apk/db/scripts.tar"}, {}));
  EXPECT_FALSE(analyzer.wants({.path = "srv/lib/apk/db/installed"}, {}));
}

}  // namespace
}  // namespace yagura::image
