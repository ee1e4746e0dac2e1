#include "image/packages/dpkg/dpkg_analyzer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "image/packages/dpkg/file_list.hpp"
#include "image/packages/dpkg/status.hpp"

namespace yagura::image {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

FileFacts analyzed(std::string_view path, std::string_view text) {
  const DpkgAnalyzer analyzer;
  const FileEntry file{.path = path, .size = text.size()};
  FileFacts facts;
  EXPECT_TRUE(analyzer.wants(file, text)) << path;
  analyzer.analyze(file, MemoryContent(text), facts);
  return facts;
}

bool wanted(std::string_view path) { return DpkgAnalyzer().wants(FileEntry{.path = path}, {}); }

constexpr std::string_view kStatus =
    "Package: libssl3\n"
    "Status: install ok installed\n"
    "Priority: optional\n"
    "Section: libs\n"
    "Installed-Size: 5986\n"
    "Maintainer: Somebody <somebody@example.org>\n"
    "Architecture: amd64\n"
    "Multi-Arch: same\n"
    "Source: openssl (3.0.11-1)\n"
    "Version: 3.0.11-1~deb12u2\n"
    "Provides: libssl (= 3)\n"
    "Pre-Depends: init | dumb-init\n"
    "Depends: libc6 (>= 2.34), debconf (>= 0.5) | debconf-2.0\n"
    "Conffiles:\n"
    " /etc/ssl/a 0123456789abcdef0123456789abcdef\n"
    "Description: Secure Sockets Layer toolkit\n"
    " Version: 9 is in a continuation\n";

TEST(DpkgStatus, PackageHasAllThatMatchingNeeds) {
  const FileFacts facts = analyzed("var/lib/dpkg/status", kStatus);
  ASSERT_EQ(facts.packages.size(), 1U);
  const Package& package = facts.packages[0];
  EXPECT_EQ(package.type, PackageType::kDeb);
  EXPECT_EQ(package.evidence, PackageEvidence::kInstalled);
  EXPECT_EQ(package.name, "libssl3");
  EXPECT_EQ(package.version, "3.0.11-1~deb12u2");
  EXPECT_EQ(package.source_name, "openssl");
  EXPECT_EQ(package.source_version, "3.0.11-1");
  EXPECT_EQ(package.architecture, "amd64");
  EXPECT_EQ(package.maintainer, "Somebody <somebody@example.org>");
  EXPECT_EQ(package.installed_size, 5986U * 1024);
  EXPECT_FALSE(package.essential);
  EXPECT_THAT(package.depends, ElementsAre("init", "dumb-init", "libc6", "debconf", "debconf-2.0"));
  EXPECT_THAT(package.provides, ElementsAre("libssl"));
  EXPECT_THAT(facts.problems, IsEmpty());
}

TEST(DpkgStatus, SourceThatIsThePackageItselfIsNotRepeated) {
  const FileFacts facts = analyzed("var/lib/dpkg/status",
                                   "Package: bash\nVersion: 5.2-2+b2\nSource: bash (5.2-2)\n\n"
                                   "Package: a\nVersion: 1\nSource: a (1)\n");
  ASSERT_EQ(facts.packages.size(), 2U);
  EXPECT_EQ(facts.packages[0].source_name, "");
  EXPECT_EQ(facts.packages[0].source_version, "5.2-2");
  EXPECT_EQ(facts.packages[1].source_version, "");
}

TEST(DpkgStatus, RelationsGoOnInFurtherLinesAndNamesDoNot) {
  const FileFacts facts =
      analyzed("var/lib/dpkg/status",
               "Package: a\n and more\nVersion: 1\n and more\nDepends: b,\n c,\n\td | e\n");
  ASSERT_EQ(facts.packages.size(), 1U);
  EXPECT_EQ(facts.packages[0].name, "a");
  EXPECT_EQ(facts.packages[0].version, "1");
  EXPECT_THAT(facts.packages[0].depends, ElementsAre("b", "c", "d", "e"));
}

TEST(DpkgStatus, EssentialIsSaidByEitherField) {
  const FileFacts facts = analyzed("var/lib/dpkg/status",
                                   "Package: a\nVersion: 1\nEssential: yes\n\n"
                                   "Package: b\nVersion: 1\nPriority: required\n\n"
                                   "Package: c\nVersion: 1\nPriority: important\n");
  ASSERT_EQ(facts.packages.size(), 3U);
  EXPECT_TRUE(facts.packages[0].essential);
  EXPECT_TRUE(facts.packages[1].essential);
  EXPECT_FALSE(facts.packages[2].essential);
}

struct StateCase {
  std::string_view status;
  bool counts;
};

TEST(DpkgStatus, StatesWithoutFilesDoNotCount) {
  const StateCase cases[] = {
      {"install ok installed", true},        {"deinstall ok installed", true},
      {"hold ok installed", true},           {"install reinstreq half-installed", true},
      {"install ok unpacked", true},         {"install ok half-configured", true},
      {"install ok triggers-awaited", true}, {"install ok triggers-pending", true},
      {"deinstall ok config-files", false},  {"purge ok not-installed", false},
      {"unknown ok not-installed", false},
  };
  for (const StateCase& state : cases) {
    const std::string text = "Package: a\nStatus: " + std::string(state.status) + "\nVersion: 1\n";
    EXPECT_EQ(analyzed("var/lib/dpkg/status", text).packages.size(), state.counts ? 1U : 0U)
        << state.status;
  }
}

TEST(DpkgStatus, DamagedParagraphsAreToldAndTheRestIsRead) {
  const FileFacts facts = analyzed("var/lib/dpkg/status",
                                   "Package: a\nStatus: install ok installed\n\n"
                                   "Version: 1\n\n"
                                   "garbage\nPackage: b\nVersion: 2\n");
  ASSERT_EQ(facts.packages.size(), 1U);
  EXPECT_EQ(facts.packages[0].name, "b");
  EXPECT_THAT(facts.problems, ElementsAre("dpkg status: paragraph 1 has no version",
                                          "dpkg status: paragraph 2 names no package",
                                          "dpkg status: paragraph 3 has lines that are no fields"));
}

TEST(DpkgStatus, LimitsAreReachedVisibly) {
  std::string text;
  for (int i = 0; i < 20; ++i) {
    text += "Package: p" + std::to_string(i) + "\nVersion: 1\nDepends: a, b, c\n\n";
  }
  FileFacts facts;
  read_status(text, PackageType::kDeb, facts, {.max_packages = 10, .max_relations = 1000});
  EXPECT_EQ(facts.packages.size(), 10U);
  EXPECT_THAT(facts.problems, ElementsAre(HasSubstr("more than 10 packages")));

  facts = {};
  read_status(text, PackageType::kDeb, facts, {.max_packages = 100, .max_relations = 7});
  EXPECT_EQ(facts.packages.size(), 20U);
  EXPECT_THAT(facts.problems, ElementsAre(HasSubstr("relations")));

  facts = {};
  read_status("Package: " + std::string(2000, 'x') + "\nVersion: 1\n", PackageType::kDeb, facts);
  EXPECT_THAT(facts.packages, IsEmpty());
  EXPECT_THAT(facts.problems, ElementsAre(HasSubstr("too long")));
}

TEST(DpkgStatus, ProblemsOfADamagedFileStayFew) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "Package: p\n\n";
  const FileFacts facts = analyzed("var/lib/dpkg/status", text);
  ASSERT_EQ(facts.problems.size(), 9U);
  EXPECT_EQ(facts.problems.back(), "dpkg status: and 992 further problems");
}

TEST(DpkgStatus, SizesThatAreNoNumbersCountAsUntold) {
  for (const std::string_view size :
       {"x", "", "-1", "99999999999999999999", "18446744073709551615"}) {
    const std::string text = "Package: a\nVersion: 1\nInstalled-Size: " + std::string(size) + "\n";
    EXPECT_EQ(analyzed("var/lib/dpkg/status", text).packages.at(0).installed_size, 0U) << size;
  }
}

TEST(Dpkg, DistrolessHasAFilePerPackage) {
  const FileFacts package = analyzed("var/lib/dpkg/status.d/tzdata",
                                     "Package: tzdata\nVersion: 2024a-0\nArchitecture: all\n");
  ASSERT_EQ(package.packages.size(), 1U);
  EXPECT_EQ(package.packages[0].name, "tzdata");
  const FileFacts files =
      analyzed("var/lib/dpkg/status.d/tzdata.md5sums",
               "6c0de2bae2ad4aa6ee5ed3fc4b5a5ae6  usr/share/zoneinfo/Africa/Abidjan\n"
               "6c0de2bae2ad4aa6ee5ed3fc4b5a5ae6  usr/share/a file\n");
  ASSERT_EQ(files.owned.size(), 1U);
  EXPECT_EQ(files.owned[0].package, "tzdata");
  EXPECT_THAT(files.owned[0].files,
              ElementsAre("usr/share/zoneinfo/Africa/Abidjan", "usr/share/a file"));
}

TEST(Dpkg, FileListsNameThePackageWithoutItsArchitecture) {
  const FileFacts facts = analyzed("var/lib/dpkg/info/libc6:amd64.list",
                                   "/.\n/etc\n/etc/ld.so.conf.d\n/etc/ld.so.conf.d/x.conf\n/etc-a\n"
                                   "/lib64\n/lib64/ld.so\n/var/empty\n");
  ASSERT_EQ(facts.owned.size(), 1U);
  EXPECT_EQ(facts.owned[0].package, "libc6");
  EXPECT_EQ(facts.owned[0].type, PackageType::kDeb);
  EXPECT_THAT(facts.owned[0].files,
              ElementsAre("etc/ld.so.conf.d/x.conf", "etc-a", "lib64/ld.so", "var/empty"));
}

TEST(Dpkg, ExtendedStatesNameWhatAptInstalledByItself) {
  const FileFacts facts = analyzed("var/lib/apt/extended_states",
                                   "Package: libc6\nArchitecture: amd64\nAuto-Installed: 1\n\n"
                                   "Package: bash\nArchitecture: amd64\nAuto-Installed: 0\n");
  ASSERT_EQ(facts.notes.size(), 1U);
  EXPECT_EQ(facts.notes[0].package, "libc6");
  EXPECT_EQ(facts.notes[0].architecture, "amd64");
  EXPECT_EQ(facts.notes[0].automatic, true);
}

TEST(Dpkg, CopyrightFilesTellLicences) {
  const FileFacts facts =
      analyzed("usr/share/doc/zlib1g/copyright", "see /usr/share/common-licenses/Apache-2.0");
  ASSERT_EQ(facts.notes.size(), 1U);
  EXPECT_EQ(facts.notes[0].package, "zlib1g");
  EXPECT_THAT(facts.notes[0].licenses, ElementsAre("Apache-2.0"));
  EXPECT_FALSE(facts.notes[0].automatic.has_value());
}

TEST(Dpkg, OtherFilesAreNotWanted) {
  EXPECT_FALSE(wanted("var/lib/dpkg/status-old"));
  EXPECT_FALSE(wanted("var/lib/dpkg/available"));
  EXPECT_FALSE(wanted("var/lib/dpkg/info/bash.postinst"));
  EXPECT_FALSE(wanted("var/lib/dpkg/info/.list"));
  EXPECT_FALSE(wanted("var/lib/dpkg/status.d/a/b"));
  EXPECT_FALSE(wanted("usr/share/doc/a/b/copyright"));
  EXPECT_FALSE(wanted("srv/var/lib/dpkg/status"));
  EXPECT_FALSE(wanted(""));
}

}  // namespace
}  // namespace yagura::image
