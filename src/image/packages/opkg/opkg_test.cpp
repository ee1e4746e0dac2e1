#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string_view>

#include "image/packages/opkg/opkg_analyzer.hpp"

namespace yagura::image {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

FileFacts analyzed(std::string_view path, std::string_view text) {
  const OpkgAnalyzer analyzer;
  const FileEntry file{.path = path, .size = text.size()};
  FileFacts facts;
  EXPECT_TRUE(analyzer.wants(file, text)) << path;
  analyzer.analyze(file, MemoryContent(text), facts);
  return facts;
}

TEST(Opkg, StatusOfOpenWrt) {
  const FileFacts facts =
      analyzed("usr/lib/opkg/status",
               "Package: libubox20230523\nVersion: 2023-05-23-1\n"
               "Depends: libc\nStatus: install user installed\n"
               "Architecture: x86_64\nInstalled-Time: 1699999999\n"
               "Auto-Installed: yes\n\n"
               "Package: busybox\nVersion: 1.36.1-1\nDepends: libc, libm\n"
               "Status: install hold installed\nEssential: yes\n"
               "Architecture: x86_64\n\n"
               "Package: gone\nVersion: 1\nStatus: deinstall ok not-installed\n");
  ASSERT_EQ(facts.packages.size(), 2U);
  EXPECT_EQ(facts.packages[0].type, PackageType::kOpkg);
  EXPECT_EQ(facts.packages[0].name, "libubox20230523");
  EXPECT_EQ(facts.packages[1].version, "1.36.1-1");
  EXPECT_THAT(facts.packages[1].depends, ElementsAre("libc", "libm"));
  EXPECT_TRUE(facts.packages[1].essential);
  ASSERT_EQ(facts.notes.size(), 1U);
  EXPECT_EQ(facts.notes[0].package, "libubox20230523");
  EXPECT_EQ(facts.notes[0].automatic, true);
  EXPECT_THAT(facts.problems, IsEmpty());
}

TEST(Opkg, ListsMayCarryModes) {
  const FileFacts facts =
      analyzed("var/lib/opkg/info/busybox.list", "/bin/busybox\t0100755\n/etc/init.d/cron\n");
  ASSERT_EQ(facts.owned.size(), 1U);
  EXPECT_EQ(facts.owned[0].package, "busybox");
  EXPECT_EQ(facts.owned[0].type, PackageType::kOpkg);
  EXPECT_THAT(facts.owned[0].files, ElementsAre("bin/busybox", "etc/init.d/cron"));
}

TEST(Opkg, ControlFilesTellLicences) {
  const FileFacts facts = analyzed("usr/lib/opkg/info/busybox.control",
                                   "Package: busybox\nVersion: 1.36.1-1\nLicense: GPL-2.0\n");
  ASSERT_EQ(facts.notes.size(), 1U);
  EXPECT_THAT(facts.notes[0].licenses, ElementsAre("GPL-2.0"));
  EXPECT_THAT(facts.packages, IsEmpty());
}

TEST(Opkg, OtherFilesAreNotWanted) {
  const OpkgAnalyzer analyzer;
  EXPECT_FALSE(analyzer.wants({.path = "usr/lib/opkg/info/.list"}, {}));
  EXPECT_FALSE(analyzer.wants({.path = "usr/lib/opkg/info/a/b.list"}, {}));
  EXPECT_FALSE(analyzer.wants({.path = "usr/lib/opkg/lists/x"}, {}));
  EXPECT_FALSE(analyzer.wants({.path = "status"}, {}));
}

}  // namespace
}  // namespace yagura::image
