// Databases that rpm itself writes, and Berkeley DB's own tools, beside what rpm says of them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/file.hpp"
#include "image/packages/rpm/rpm_analyzer.hpp"
#include "image/packages/rpm/sqlite.hpp"
#include "image/packages/rpm/testing/build.hpp"

namespace yagura::image {
namespace {

namespace fs = std::filesystem;

struct PipeCloser {
  void operator()(std::FILE* pipe) const { ::pclose(pipe); }
};

std::string output_of(const std::string& command) {
  const std::unique_ptr<std::FILE, PipeCloser> pipe(
      ::popen(("{ " + command + "; } 2>/dev/null").c_str(), "r"));
  if (!pipe) return {};
  std::string out;
  std::array<char, 65536> buffer{};
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe.get())) {
    out.append(buffer.data(), count);
  }
  return out;
}

bool has_program(const std::string& name) {
  return std::system(("command -v " + name + " >/dev/null 2>&1").c_str()) == 0;
}

std::vector<std::string> sorted_lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    if (end > 0) lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  std::ranges::sort(lines);
  return lines;
}

std::string spec() {
  std::string text =
      "Name: parent\nVersion: 1.2\nRelease: 3\nEpoch: 2\nSummary: x\nLicense: MIT AND BSD\n"
      "Vendor: Somebody, Inc.\nModularityLabel: nodejs:18:20230101:abc\n%description\nx\n"
      "%package -n child\nVersion: 7.0~rc1\nEpoch: 0\nSummary: y\nLicense: GPL-2.0-or-later\n"
      "BuildArch: noarch\nRequires: parent >= 1\nRequires: (parent or other)\nProvides: virtual = "
      "3\n"
      "%description -n child\ny\n";
  for (int i = 0; i < 40; ++i) {
    const std::string n = std::to_string(i);
    text += "%package part" + n + "\nSummary: z\nRequires: parent\n%description part" + n + "\nz\n";
  }
  text +=
      "%install\nmkdir -p %{buildroot}/usr/bin %{buildroot}/usr/share/child/d\n"
      "for i in $(seq 2000); do : > %{buildroot}/usr/share/child/d/file-$i; done\n"
      "for i in $(seq 0 39); do echo $i > %{buildroot}/usr/bin/part$i; done\n"
      "echo hi > %{buildroot}/usr/bin/parent\nln -s parent %{buildroot}/usr/bin/alias\n"
      "%files\n/usr/bin/parent\n/usr/bin/alias\n%files -n child\n/usr/share/child\n";
  for (int i = 0; i < 40; ++i) {
    const std::string n = std::to_string(i);
    text += "%files part" + n + "\n/usr/bin/part" + n + "\n";
  }
  return text;
}

// A root with packages that were built and installed by rpm; made once for all tests.
class RealRpm : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!has_program("rpm") || !has_program("rpmbuild")) return;
    std::string pattern = (fs::temp_directory_path() / "yagura-rpm-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) return;
    directory_ = pattern;
    if (!core::write_file(directory_ / "t.spec", spec())) return;
    const std::string at = directory_.string();
    output_of("cd " + at + " && rpmbuild -bb --define '_topdir " + at +
              "/top' --define '_build_id_links none' t.spec && mkdir root && rpm --root " + at +
              "/root --dbpath /var/lib/rpm -i --nodeps --nosignature --noscripts top/RPMS/*/*.rpm");
    const auto bytes = core::read_file(directory_ / "root/var/lib/rpm/rpmdb.sqlite");
    if (bytes) database_ = *bytes;
  }
  static void TearDownTestSuite() {
    std::error_code ignored;
    if (!directory_.empty()) fs::remove_all(directory_, ignored);
  }
  void SetUp() override {
    if (directory_.empty()) GTEST_SKIP() << "skipped: no rpm and rpmbuild";
    if (::geteuid() != 0) GTEST_SKIP() << "skipped: rpm installs for root alone";
    ASSERT_FALSE(database_.empty()) << "rpm made no database";
  }

  static std::string query(const std::string& format, const std::string& options = {}) {
    return output_of("rpm --root " + directory_.string() + "/root --dbpath /var/lib/rpm " +
                     options + " -qa --qf '" + format + "'");
  }
  static FileFacts analyzed(std::string_view bytes) {
    FileFacts facts;
    RpmAnalyzer().analyze({.path = "var/lib/rpm/Packages", .size = bytes.size()},
                          MemoryContent(bytes), facts);
    return facts;
  }
  static std::vector<std::string> blobs() {
    std::vector<std::string> out;
    EXPECT_TRUE(each_sqlite_package(database_, [&](std::string_view blob) {
                  out.emplace_back(blob);
                }).has_value());
    return out;
  }

  static constexpr const char* kFormat =
      "%{NAME}\\t%{EVR}\\t%{ARCH}\\t%{VENDOR}\\t%{LICENSE}\\t%{MODULARITYLABEL}\\t%{LONGSIZE}\\n";
  static std::vector<std::string> as_lines(const FileFacts& facts) {
    std::vector<std::string> lines;
    for (const Package& package : facts.packages) {
      lines.push_back(package.name + "\t" + package.version + "\t" + package.architecture + "\t" +
                      package.maintainer + "\t" + package.licenses.at(0) + "\t" +
                      package.module_label + "\t" + std::to_string(package.installed_size));
    }
    std::ranges::sort(lines);
    return lines;
  }

  static fs::path directory_;
  static std::string database_;
};

fs::path RealRpm::directory_;
std::string RealRpm::database_;

TEST_F(RealRpm, PackagesAreThoseOfRpm) {
  const FileFacts facts = analyzed(database_);
  EXPECT_THAT(facts.problems, ::testing::IsEmpty());
  const auto theirs = sorted_lines(query(kFormat));
  ASSERT_EQ(theirs.size(), 42U);
  EXPECT_EQ(as_lines(facts), theirs);
}

TEST_F(RealRpm, FilesAreThoseOfRpmWithoutDirectories) {
  std::vector<std::string> ours;
  for (const Package& package : analyzed(database_).packages) {
    for (const std::string_view path : package.files)
      ours.push_back(package.name + " /" + std::string(path));
  }
  std::ranges::sort(ours);
  auto theirs = sorted_lines(query("[%{=NAME} %{FILENAMES} %{FILEMODES:perms}\\n]"));
  std::erase_if(theirs, [](const std::string& line) {
    return line.find(" d") != std::string::npos && line[line.rfind(' ') + 1] == 'd';
  });
  for (std::string& line : theirs) line.erase(line.rfind(' '));
  std::ranges::sort(theirs);
  ASSERT_GT(theirs.size(), 2000U);
  EXPECT_EQ(ours, theirs);
}

TEST_F(RealRpm, SourcesAndRelations) {
  const FileFacts facts = analyzed(database_);
  const auto child = std::ranges::find(facts.packages, "child", &Package::name);
  ASSERT_NE(child, facts.packages.end());
  EXPECT_EQ(child->version, "0:7.0~rc1-3");
  EXPECT_EQ(child->source_name, "parent");
  EXPECT_EQ(child->source_version, "1.2-3");
  EXPECT_THAT(child->depends, ::testing::UnorderedElementsAre("parent", "other", "parent"));
  EXPECT_THAT(child->provides, ::testing::ElementsAre("virtual"));
  const auto parent = std::ranges::find(facts.packages, "parent", &Package::name);
  ASSERT_NE(parent, facts.packages.end());
  EXPECT_EQ(parent->source_name, "");
  EXPECT_EQ(parent->source_version, "");
}

TEST_F(RealRpm, RemovedPackagesAreGone) {
  const fs::path copy = directory_ / "copy";
  fs::copy(directory_ / "root", copy, fs::copy_options::recursive);
  output_of("rpm --root " + copy.string() +
            " --dbpath /var/lib/rpm -e --nodeps --noscripts parent-part7 child");
  const auto bytes = core::read_file(copy / "var/lib/rpm/rpmdb.sqlite");
  ASSERT_TRUE(bytes.has_value());
  const FileFacts facts = analyzed(*bytes);
  EXPECT_EQ(facts.packages.size(), 40U);
  EXPECT_EQ(std::ranges::find(facts.packages, "child", &Package::name), facts.packages.end());
}

TEST_F(RealRpm, OwnFormOfRpmHoldsTheSame) {
  // Debian's rpm is built without this form: it is made here after rpm's source.
  const FileFacts facts = analyzed(testing_rpm::build_ndb(blobs()));
  EXPECT_THAT(facts.problems, ::testing::IsEmpty());
  EXPECT_EQ(as_lines(facts), sorted_lines(query(kFormat)));
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out.push_back(kDigits[byte >> 4U]);
    out.push_back(kDigits[byte & 15U]);
  }
  return out;
}

// What db5.3_load reads: keys are numbers in the byte order of the machine that wrote them.
std::string dump_of(const std::vector<std::string>& blobs, ByteOrder order) {
  std::string text = "VERSION=3\nformat=bytevalue\ntype=hash\ndb_pagesize=4096\n";
  text += order == ByteOrder::kBig ? "db_lorder=4321\n" : "db_lorder=1234\n";
  text += "HEADER=END\n";
  const auto add = [&](std::size_t key, std::string_view value) {
    std::string bytes;
    testing_rpm::append_number(bytes, key, 4, order);
    text += " " + hex(bytes) + "\n " + hex(value) + "\n";
  };
  std::string counter;
  testing_rpm::append_number(counter, blobs.size() + 1, 4, order);
  add(0, counter);
  for (std::size_t i = 0; i < blobs.size(); ++i) add(i + 1, blobs[i]);
  return text + "DATA=END\n";
}

TEST_F(RealRpm, BerkeleyDbOfItsOwnToolsHoldsTheSame) {
  if (!has_program("db5.3_load")) GTEST_SKIP() << "skipped: no db5.3_load";
  const auto expected = sorted_lines(query(kFormat));
  for (const ByteOrder order : {ByteOrder::kLittle, ByteOrder::kBig}) {
    const fs::path file = directory_ / (order == ByteOrder::kBig ? "big" : "little");
    const fs::path dump = file.string() + ".dump";
    ASSERT_TRUE(core::write_file(dump, dump_of(blobs(), order)).has_value());
    output_of("db5.3_load -f " + dump.string() + " " + file.string());
    const auto bytes = core::read_file(file);
    ASSERT_TRUE(bytes.has_value()) << "db5.3_load wrote nothing";
    const FileFacts facts = analyzed(*bytes);
    EXPECT_THAT(facts.problems, ::testing::IsEmpty());
    EXPECT_EQ(as_lines(facts), expected);
  }
}

}  // namespace
}  // namespace yagura::image
