#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "image/distro/choose.hpp"
#include "image/distro/distro_analyzer.hpp"
#include "image/distro/os_release.hpp"

namespace yagura::image {
namespace {

std::optional<Distro> analyzed(std::string_view path, std::string_view text) {
  const DistroAnalyzer analyzer;
  const FileEntry file{.path = path, .size = text.size()};
  EXPECT_TRUE(analyzer.wants(file, text)) << path;
  FileFacts facts;
  analyzer.analyze(file, MemoryContent(text), facts);
  return facts.distro;
}

struct Case {
  std::string_view path;
  std::string_view text;
  std::string_view id;
  std::string_view version_id;
  std::string_view codename;
  std::string_view name;
  std::string_view version;
};

// The files as the distributions ship them.
TEST(Distro, FilesOfDistributionsSayWhoTheyAre) {
  const Case cases[] = {
      {"usr/lib/os-release",
       "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian "
       "GNU/Linux\"\nVERSION_ID=\"12\"\n"
       "VERSION=\"12 (bookworm)\"\nVERSION_CODENAME=bookworm\nID=debian\n",
       "debian", "12", "bookworm", "Debian GNU/Linux 12 (bookworm)", ""},
      {"usr/lib/os-release",
       "PRETTY_NAME=\"Debian GNU/Linux 13 (trixie)\"\nVERSION_ID=\"13\"\nID=debian\n"
       "DEBIAN_VERSION_FULL=13.1\n",
       "debian", "13", "", "Debian GNU/Linux 13 (trixie)", "13.1"},
      {"etc/os-release",
       "PRETTY_NAME=\"Distroless\"\nNAME=\"Debian GNU/Linux\"\nID=\"debian\"\n"
       "VERSION_ID=\"12\"\nVERSION=\"Debian GNU/Linux 12 (bookworm)\"\n",
       "debian", "12", "bookworm", "Distroless", ""},
      {"usr/lib/os-release",
       "PRETTY_NAME=\"Ubuntu 22.04.3 LTS\"\nNAME=\"Ubuntu\"\nVERSION_ID=\"22.04\"\n"
       "VERSION=\"22.04.3 LTS (Jammy "
       "Jellyfish)\"\nVERSION_CODENAME=jammy\nID=ubuntu\nID_LIKE=debian\n",
       "ubuntu", "22.04", "jammy", "Ubuntu 22.04.3 LTS", "22.04.3"},
      {"etc/os-release",
       "NAME=\"Alpine Linux\"\nID=alpine\nVERSION_ID=3.19.1\nPRETTY_NAME=\"Alpine Linux v3.19\"\n",
       "alpine", "3.19.1", "", "Alpine Linux v3.19", ""},
      {"etc/os-release",
       "ID=wolfi\nNAME=\"Wolfi\"\nPRETTY_NAME=\"Wolfi\"\nVERSION_ID=\"20230201\"\n", "wolfi",
       "20230201", "", "Wolfi", ""},
      {"etc/os-release", "ID=chainguard\nNAME=\"chainguard\"\nVERSION_ID=\"20230214\"\n",
       "chainguard", "20230214", "", "chainguard", ""},
      {"etc/os-release",
       "NAME=\"Red Hat Enterprise Linux\"\nVERSION=\"9.3 "
       "(Plow)\"\nID=\"rhel\"\nID_LIKE=\"fedora\"\n"
       "VERSION_ID=\"9.3\"\nPRETTY_NAME=\"Red Hat Enterprise Linux 9.3 (Plow)\"\n",
       "rhel", "9.3", "", "Red Hat Enterprise Linux 9.3 (Plow)", ""},
      {"usr/lib/os-release",
       "NAME=\"Amazon Linux\"\nVERSION=\"2023\"\nID=\"amzn\"\nVERSION_ID=\"2023\"\n"
       "PRETTY_NAME=\"Amazon Linux 2023\"\n",
       "amzn", "2023", "", "Amazon Linux 2023", ""},
      {"etc/os-release",
       "NAME=\"openSUSE Tumbleweed\"\n# VERSION=\"20240101\"\n"
       "ID=\"opensuse-tumbleweed\"\nVERSION_ID=\"20240101\"\n",
       "opensuse-tumbleweed", "20240101", "", "openSUSE Tumbleweed", ""},
      {"usr/lib/os-release",
       "NAME=\"SLES\"\nVERSION=\"15-SP5\"\nVERSION_ID=\"15.5\"\nID=\"sles\"\n"
       "PRETTY_NAME=\"SUSE Linux Enterprise Server 15 SP5\"\n",
       "sles", "15.5", "", "SUSE Linux Enterprise Server 15 SP5", ""},
      {"etc/os-release",
       "NAME=\"OpenWrt\"\nVERSION=\"23.05.2\"\nID=\"openwrt\"\nVERSION_ID=\"23.05.2\"\n", "openwrt",
       "23.05.2", "", "OpenWrt", ""},
      {"etc/os-release", "NAME='Arch Linux'\nID=arch\nBUILD_ID=rolling\n", "arch", "", "",
       "Arch Linux", ""},
      {"usr/lib/os-release",
       "NAME=\"CentOS Stream\"\nID=\"centos\"\nVERSION_ID=\"9\"\n"
       "PRETTY_NAME=\"CentOS Stream 9\"\n",
       "centos", "9", "", "CentOS Stream 9", ""},
      {"etc/lsb-release",
       "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=14.04\nDISTRIB_CODENAME=trusty\n"
       "DISTRIB_DESCRIPTION=\"Ubuntu 14.04.6 LTS\"\n",
       "ubuntu", "14.04", "trusty", "Ubuntu 14.04.6 LTS", ""},
      {"etc/openwrt_release", "DISTRIB_ID='OpenWrt'\nDISTRIB_RELEASE='19.07.1'\n", "openwrt",
       "19.07.1", "", "", ""},
      {"etc/debian_version", "12.5\n", "debian", "12", "", "Debian GNU/Linux 12.5", "12.5"},
      {"etc/debian_version", "trixie/sid\n", "debian", "", "trixie", "Debian GNU/Linux trixie/sid",
       ""},
      {"etc/alpine-release", "3.20.0_alpha20240329\n", "alpine", "3.20.0_alpha20240329", "",
       "Alpine Linux 3.20.0_alpha20240329", ""},
      {"etc/centos-release", "CentOS Linux release 7.9.2009 (Core)\n", "centos", "7", "",
       "CentOS Linux release 7.9.2009 (Core)", "7.9.2009"},
      {"etc/redhat-release", "Red Hat Enterprise Linux Server release 6.10 (Santiago)\n", "rhel",
       "6.10", "", "Red Hat Enterprise Linux Server release 6.10 (Santiago)", ""},
      {"etc/oracle-release", "Oracle Linux Server release 8.9\n", "ol", "8.9", "",
       "Oracle Linux Server release 8.9", ""},
      {"etc/fedora-release", "Fedora release 33 (Thirty Three)\n", "fedora", "33", "",
       "Fedora release 33 (Thirty Three)", ""},
      {"etc/rocky-release", "Rocky Linux release 8.9 (Green Obsidian)\n", "rocky", "8.9", "",
       "Rocky Linux release 8.9 (Green Obsidian)", ""},
      {"etc/almalinux-release", "AlmaLinux release 9.3 (Shamrock Pampas Cat)\n", "almalinux", "9.3",
       "", "AlmaLinux release 9.3 (Shamrock Pampas Cat)", ""},
      {"etc/system-release", "Amazon Linux AMI release 2018.03\n", "amzn", "2018.03", "",
       "Amazon Linux AMI release 2018.03", ""},
      {"etc/system-release", "Amazon Linux release 2 (Karoo)\n", "amzn", "2", "",
       "Amazon Linux release 2 (Karoo)", ""},
      {"etc/photon-release", "VMware Photon OS 3.0\nPHOTON_BUILD_NUMBER=2dc4aba\n", "photon", "3.0",
       "", "VMware Photon OS 3.0", ""},
      {"etc/mariner-release", "CBL-Mariner 2.0.20220210\nMARINER_BUILD_NUMBER=1\n", "mariner",
       "2.0", "", "CBL-Mariner 2.0.20220210", "2.0.20220210"},
      {"etc/azurelinux-release", "Microsoft Azure Linux 3.0.20240727\n", "azurelinux", "3.0", "",
       "Microsoft Azure Linux 3.0.20240727", "3.0.20240727"},
      {"etc/SuSE-release",
       "SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\nPATCHLEVEL = 4\n", "sles", "11.4",
       "", "SUSE Linux Enterprise Server 11 (x86_64)", ""},
      {"etc/SuSE-release", "openSUSE 13.2 (x86_64)\nVERSION = 13.2\nCODENAME = Harlequin\n",
       "opensuse", "13.2", "", "openSUSE 13.2 (x86_64)", ""},
      {"etc/arch-release", "", "arch", "", "", "Arch Linux", ""},
      {"bin/[",
       "\x7f"
       "ELF...BusyBox v1.36.1 (2023-05-18)...",
       "busybox", "1.36.1", "", "BusyBox 1.36.1", ""},
  };
  for (const Case& c : cases) {
    const auto distro = analyzed(c.path, c.text);
    ASSERT_TRUE(distro.has_value()) << c.text;
    EXPECT_EQ(distro->id, c.id) << c.text;
    EXPECT_EQ(distro->version_id, c.version_id) << c.text;
    EXPECT_EQ(distro->codename, c.codename) << c.text;
    EXPECT_EQ(distro->name, c.name) << c.text;
    EXPECT_EQ(distro->version, c.version) << c.text;
  }
}

TEST(Distro, TextsThatSayNothingGiveNothing) {
  EXPECT_FALSE(analyzed("etc/os-release", "").has_value());
  EXPECT_FALSE(analyzed("etc/os-release", "VERSION_ID=1\n").has_value());
  EXPECT_FALSE(analyzed("etc/debian_version", "hello world\n").has_value());
  EXPECT_FALSE(analyzed("etc/debian_version", "/sid\n").has_value());
  EXPECT_FALSE(analyzed("etc/alpine-release", "\n").has_value());
  EXPECT_FALSE(analyzed("etc/redhat-release", "Something else release 1\n").has_value());
  EXPECT_FALSE(analyzed("etc/SuSE-release", "SUSE Linux Enterprise Server\n").has_value());
  EXPECT_FALSE(analyzed("bin/busybox",
                        "\x7f"
                        "ELF BusyBox vX")
                   .has_value());
}

TEST(Distro, OtherFilesAreNotWanted) {
  const DistroAnalyzer analyzer;
  EXPECT_FALSE(analyzer.wants({.path = "etc/passwd"}, {}));
  EXPECT_FALSE(analyzer.wants({.path = "srv/etc/os-release"}, {}));
  EXPECT_FALSE(analyzer.wants({.path = "bin/busybox"}, "#!/bin/sh BusyBox v1"));
}

TEST(OsRelease, ValuesAreQuotedAsForAShell) {
  const auto assignments = read_assignments(
      "A=plain\nB='single $x \\n'\nC=\"double \\\"quoted\\\" \\$x\"\n#D=1\n E=blank before\nF=a # "
      "b\n"
      "no assignment\n=x\nG H=1\nI=\r\n");
  using testing::ElementsAre;
  using testing::Pair;
  EXPECT_THAT(assignments, ElementsAre(Pair("A", "plain"), Pair("B", "single $x \\n"),
                                       Pair("C", "double \"quoted\" $x"), Pair("E", "blank"),
                                       Pair("F", "a"), Pair("I", "")));
}

TEST(OsRelease, LengthOfTextAndValuesIsBounded) {
  std::string text = "ID=a\nNAME=" + std::string(100'000, 'x') + "\n";
  EXPECT_LE(read_os_release(text)->name.size(), 1024U);
  text = std::string(kMaxReleaseText, '#') + "\nID=a\n";
  EXPECT_FALSE(read_os_release(text).has_value());
  text.clear();
  for (int i = 0; i < 1000; ++i) text += "K=v\n";
  EXPECT_EQ(read_assignments(text).size(), 200U);
}

Distro claim(std::string_view path, std::string_view text) { return *analyzed(path, text); }

TEST(ChooseDistro, OsReleaseCountsMostAndOthersCompleteIt) {
  const Distro os = claim("usr/lib/os-release", "ID=debian\nVERSION_ID=12\nNAME=Debian\n");
  const Distro point = claim("etc/debian_version", "12.5\n");
  const Distro busybox = claim("bin/busybox",
                               "\x7f"
                               "ELF BusyBox v1.35.0");
  const std::vector<DistroClaim> claims = {
      {"bin/busybox", &busybox}, {"etc/debian_version", &point}, {"usr/lib/os-release", &os}};
  const auto chosen = choose_distro(claims);
  ASSERT_TRUE(chosen.has_value());
  EXPECT_EQ(chosen->id, "debian");
  EXPECT_EQ(chosen->version_id, "12");
  EXPECT_EQ(chosen->version, "12.5");
  EXPECT_EQ(chosen->name, "Debian");
}

TEST(ChooseDistro, DebianVersionOfUbuntuIsNotItsOwn) {
  const Distro os = claim("usr/lib/os-release", "ID=ubuntu\nVERSION_ID=\"22.04\"\n");
  const Distro other = claim("etc/debian_version", "bookworm/sid\n");
  const auto chosen = choose_distro(
      std::vector<DistroClaim>{{"etc/debian_version", &other}, {"usr/lib/os-release", &os}});
  EXPECT_EQ(chosen->id, "ubuntu");
  EXPECT_EQ(chosen->codename, "");
}

TEST(ChooseDistro, FileOfOneDistributionBeforeTheFileThatItsRelativesShare) {
  const Distro redhat =
      claim("etc/redhat-release", "Red Hat Enterprise Linux Server release 6.10 (Santiago)\n");
  const Distro oracle = claim("etc/oracle-release", "Oracle Linux Server release 6.10\n");
  EXPECT_EQ(choose_distro(std::vector<DistroClaim>{{"etc/redhat-release", &redhat},
                                                   {"etc/oracle-release", &oracle}})
                ->id,
            "ol");
}

TEST(ChooseDistro, LeftoversOfAnotherReleaseAddNothing) {
  const Distro os = claim("usr/lib/os-release", "ID=debian\nVERSION_ID=12\n");
  const Distro old = claim("etc/debian_version", "11.9\n");
  EXPECT_EQ(choose_distro(
                std::vector<DistroClaim>{{"usr/lib/os-release", &os}, {"etc/debian_version", &old}})
                ->version,
            "");
}

TEST(ChooseDistro, NothingComesOfNothing) {
  EXPECT_FALSE(choose_distro({}).has_value());
  EXPECT_FALSE(choose_distro(std::vector<DistroClaim>{{"etc/os-release", nullptr}}).has_value());
}

}  // namespace
}  // namespace yagura::image
