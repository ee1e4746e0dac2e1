#include "image/packages/dpkg/copyright.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace yagura::image {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Copyright, MachineReadableFilesNameTheirLicences) {
  EXPECT_THAT(
      read_copyright("Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n"
                     "Upstream-Name: x\n\nFiles: *\nCopyright: a\nLicense: GPL-2+ or Artistic\n\n"
                     "Files: b\nLicense: Expat\n Permission is hereby\n .\n\nLicense: Expat\n"
                     "\nFiles: c\nLicense: somebodys-own\n"),
      ElementsAre("GPL-2.0-or-later OR Artistic-1.0", "MIT", "somebodys-own"));
}

TEST(Copyright, FreeTextPointsToCommonLicences) {
  EXPECT_THAT(
      read_copyright("can be found in /usr/share/common-licenses/GPL-2.\nAlso "
                     "`/usr/share/common-licenses/LGPL-2.1', /usr/share/common-licenses/GPL-2"),
      ElementsAre("GPL-2", "LGPL-2.1"));
  EXPECT_THAT(read_copyright("all rights reserved"), IsEmpty());
}

TEST(Copyright, UnknownNamesStayAsWritten) {
  EXPECT_EQ(spdx_from_debian_license("GPL-2+ with Autoconf exception"),
            "GPL-2+ with Autoconf exception");
  EXPECT_EQ(spdx_from_debian_license("LGPL-2.1 and Apache-2.0"), "LGPL-2.1-only AND Apache-2.0");
  EXPECT_EQ(spdx_from_debian_license("Perl"), "Artistic-1.0-Perl OR GPL-1.0-or-later");
  EXPECT_EQ(spdx_from_debian_license("ISC and Perl"),
            "ISC AND (Artistic-1.0-Perl OR GPL-1.0-or-later)");
  EXPECT_EQ(spdx_from_debian_license("or"), "or");
  EXPECT_EQ(spdx_from_debian_license("ISC and"), "ISC and");
  EXPECT_EQ(spdx_from_debian_license(""), "");
}

TEST(Copyright, LicencesBeyondTheLimitAreLeftOut) {
  std::string text =
      "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\n";
  for (int i = 0; i < 500; ++i) text += "License: own-" + std::to_string(i) + "\n\n";
  EXPECT_EQ(read_copyright(text).size(), kMaxCopyrightLicenses);
}

}  // namespace
}  // namespace yagura::image
