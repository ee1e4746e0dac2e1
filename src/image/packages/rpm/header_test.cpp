#include "image/packages/rpm/header.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "image/packages/rpm/package.hpp"
#include "image/packages/rpm/testing/build.hpp"

namespace yagura::image {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing_rpm::HeaderBuilder;
using testing_rpm::simple_header;

Package package_of(const std::string& blob) {
  const auto header = RpmHeader::parse(blob);
  EXPECT_TRUE(header.has_value());
  RpmBudget budget;
  auto package = rpm_package(*header, budget);
  EXPECT_TRUE(package.has_value()) << package.error().message;
  EXPECT_FALSE(budget.paths_left_out);
  EXPECT_FALSE(budget.relations_left_out);
  return *package;
}

HeaderBuilder basic() {
  HeaderBuilder builder;
  builder.text(RpmTag::kName, "openssl-libs").text(RpmTag::kVersion, "3.0.7");
  builder.text(RpmTag::kRelease, "24.el9").text(RpmTag::kArch, "x86_64");
  return builder;
}

TEST(RpmHeader, PackageHasAllThatMatchingNeeds) {
  const Package package = package_of(basic()
                                         .int32s(RpmTag::kEpoch, {1})
                                         .text(RpmTag::kSourceRpm, "openssl-3.0.7-24.el9.src.rpm")
                                         .text(RpmTag::kVendor, "Red Hat, Inc.")
                                         .text(RpmTag::kLicense, "ASL 2.0")
                                         .text(RpmTag::kModularityLabel, "a:1:2:3")
                                         .int32s(RpmTag::kSize, {4711})
                                         .build());
  EXPECT_EQ(package.type, PackageType::kRpm);
  EXPECT_EQ(package.name, "openssl-libs");
  EXPECT_EQ(package.version, "1:3.0.7-24.el9");
  EXPECT_EQ(package.source_name, "openssl");
  EXPECT_EQ(package.source_version, "");  // the same as the package's, whose epoch then counts
  EXPECT_EQ(package.architecture, "x86_64");
  EXPECT_EQ(package.maintainer, "Red Hat, Inc.");
  EXPECT_EQ(package.module_label, "a:1:2:3");
  EXPECT_EQ(package.installed_size, 4711U);
  EXPECT_THAT(package.licenses, ElementsAre("ASL 2.0"));
}

TEST(RpmHeader, EpochIsToldWhereItIsWritten) {
  EXPECT_EQ(package_of(basic().build()).version, "3.0.7-24.el9");
  EXPECT_EQ(package_of(basic().int32s(RpmTag::kEpoch, {0}).build()).version, "0:3.0.7-24.el9");
}

TEST(RpmHeader, LongSizeCountsBeforeSize) {
  EXPECT_EQ(
      package_of(basic().int32s(RpmTag::kSize, {1}).int64(RpmTag::kLongSize, 5'000'000'000).build())
          .installed_size,
      5'000'000'000U);
}

TEST(RpmHeader, FilesAreThoseThatAreThereAndNoDirectories) {
  const Package package =
      package_of(basic()
                     .int32s(RpmTag::kDirIndexes, {0, 1, 1, 0, 7})
                     .texts(RpmTag::kBaseNames, {"a", "dir", "b", "left-out", "x"})
                     .texts(RpmTag::kDirNames, {"/usr/bin/", "/"})
                     .int16s(RpmTag::kFileModes, {0100755, 0040755, 0120777, 0100644, 0100644})
                     .bytes(RpmTag::kFileStates, {0, 0, 0, 2, 0})
                     .build());
  EXPECT_THAT(package.files, ElementsAre("usr/bin/a", "b"));
}

TEST(RpmHeader, OldHeadersHaveWholePaths) {
  EXPECT_THAT(package_of(basic().texts(RpmTag::kOldFileNames, {"/etc/a", "/b"}).build()).files,
              ElementsAre("etc/a", "b"));
}

TEST(RpmHeader, RelationsWithoutThoseOfTheInstaller) {
  const Package package =
      package_of(basic()
                     .texts(RpmTag::kRequireName,
                            {"/bin/sh", "libc.so.6()(64bit)", "libc.so.6()(64bit)",
                             "rpmlib(CompressedFileNames)", "special", "config(openssl-libs)",
                             "(a >= 1.0 if (b or c))", "font(:lang=en)"})
                     .int32s(RpmTag::kRequireFlags, {0, 0, 0, 1U << 24U, 1U << 24U, 0, 0, 0})
                     .texts(RpmTag::kProvideName,
                            {"openssl-libs", "openssl-libs(x86-64)", "libssl.so.3()(64bit)"})
                     .build());
  EXPECT_THAT(package.depends,
              ElementsAre("/bin/sh", "libc.so.6()(64bit)", "a", "b", "c", "font(:lang=en)"));
  EXPECT_THAT(package.provides, ElementsAre("openssl-libs(x86-64)", "libssl.so.3()(64bit)"));
}

TEST(RpmHeader, LaterEntriesReplaceEarlierOnes) {
  EXPECT_EQ(package_of(basic().text(RpmTag::kRelease, "25.el9").build()).version, "3.0.7-25.el9");
}

TEST(RpmHeader, KeysOfSignersHaveNoArchitecture) {
  const Package package = package_of(HeaderBuilder()
                                         .text(RpmTag::kName, "gpg-pubkey")
                                         .text(RpmTag::kVersion, "fd431d51")
                                         .text(RpmTag::kRelease, "4ae0493b")
                                         .build());
  EXPECT_EQ(package.architecture, "");
  EXPECT_EQ(package.source_name, "");
}

TEST(RpmHeader, SourcePackageFilesGiveNameAndVersion) {
  EXPECT_EQ(parse_source_rpm("a-b-1.2-3.el9.src.rpm").name, "a-b");
  EXPECT_EQ(parse_source_rpm("a-b-1.2-3.el9.src.rpm").version, "1.2-3.el9");
  EXPECT_EQ(parse_source_rpm("k-1-2.nosrc.rpm").name, "k");
  for (const char* text : {"", "a.src.rpm", "a-1.src.rpm", "-1-2.src.rpm", "a-1-2.rpm", "(none)"}) {
    EXPECT_EQ(parse_source_rpm(text).name, "") << text;
  }
}

TEST(RpmHeader, SourceOfAnotherVersionKeepsIt) {
  Package package{.type = PackageType::kRpm, .name = "perl-Errno", .version = "1.30-481.el9"};
  set_rpm_source("perl-5.32.1-481.el9.src.rpm", "1.30-481.el9", package);
  EXPECT_EQ(package.source_name, "perl");
  EXPECT_EQ(package.source_version, "5.32.1-481.el9");
}

TEST(RpmHeader, CountsThatDoNotFitAreRefused) {
  std::string blob = basic().build();
  EXPECT_FALSE(RpmHeader::parse("").has_value());
  EXPECT_FALSE(RpmHeader::parse(std::string_view(blob).substr(0, 7)).has_value());
  EXPECT_FALSE(RpmHeader::parse(std::string_view(blob).substr(0, blob.size() - 1)).has_value());
  blob[0] = '\x7f';
  EXPECT_FALSE(RpmHeader::parse(blob).has_value());
  blob[0] = '\0';
  blob[4] = '\xff';
  EXPECT_FALSE(RpmHeader::parse(blob).has_value());
}

TEST(RpmHeader, EntriesThatPointOutsideAreNotThere) {
  HeaderBuilder builder = basic();
  builder.raw(1014, 6, 0xffff'fff0, 1);            // licence
  builder.raw(1009, 4, 0x7fff'ffff, 0xffff'ffff);  // size
  const Package package = package_of(builder.build());
  EXPECT_THAT(package.licenses, IsEmpty());
  EXPECT_EQ(package.installed_size, 0U);
}

TEST(RpmHeader, CountsOfEntriesAreOnlyBelievedAsFarAsTheDataGoes) {
  HeaderBuilder builder = basic();
  builder.raw(1047, 8, 0, 0xffff'ffff);  // provides: all strings of the data
  builder.raw(1116, 4, 0, 0xffff'ffff);  // directory indexes
  builder.raw(1117, 8, 0, 0xffff'ffff);  // base names
  builder.raw(1118, 8, 0, 0xffff'ffff);  // directories
  const Package package = package_of(builder.build());
  EXPECT_THAT(package.provides, ElementsAre("3.0.7", "24.el9", "x86_64"));
}

TEST(RpmHeader, TypesThatDoNotBelongToATagAreNotThere) {
  HeaderBuilder builder;
  builder.int32s(RpmTag::kName, {1}).text(RpmTag::kVersion, "1").text(RpmTag::kRelease, "1");
  const std::string blob = builder.build();
  RpmBudget budget;
  const auto package = rpm_package(*RpmHeader::parse(blob), budget);
  ASSERT_FALSE(package.has_value());
  EXPECT_EQ(package.error().message, "has no name");
}

TEST(RpmHeader, LimitsAreReachedVisibly) {
  RpmBudget budget{.relations = 1, .paths_text = 20};
  const std::string blob =
      basic()
          .texts(RpmTag::kRequireName, {"a", "b"})
          .texts(RpmTag::kOldFileNames, {"/123456789", "/123456789", "/123456789"})
          .build();
  const auto package = rpm_package(*RpmHeader::parse(blob), budget);
  ASSERT_TRUE(package.has_value());
  EXPECT_THAT(package->depends, ElementsAre("a"));
  EXPECT_EQ(package->files.size(), 2U);
  EXPECT_TRUE(budget.relations_left_out);
  EXPECT_TRUE(budget.paths_left_out);

  budget = {};
  const std::string long_path =
      basic().texts(RpmTag::kOldFileNames, {std::string(5000, 'x')}).build();
  EXPECT_THAT(rpm_package(*RpmHeader::parse(long_path), budget)->files, IsEmpty());
  EXPECT_TRUE(budget.paths_left_out);

  budget = {};
  const std::string directories =
      basic()
          .texts(RpmTag::kDirNames, std::vector<std::string>(RpmBudget::kMaxDirectories + 1, "/"))
          .build();
  EXPECT_TRUE(rpm_package(*RpmHeader::parse(directories), budget).has_value());
  EXPECT_TRUE(budget.paths_left_out);

  const std::string long_name =
      HeaderBuilder(basic()).text(RpmTag::kName, std::string(5000, 'x')).build();
  EXPECT_EQ(rpm_package(*RpmHeader::parse(long_name), budget).error().code,
            ErrorCode::kLimitExceeded);
}

}  // namespace
}  // namespace yagura::image
