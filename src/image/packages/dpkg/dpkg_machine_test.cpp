// The machine's own database, beside what dpkg-query says of it.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/file.hpp"
#include "image/packages/dpkg/file_list.hpp"
#include "image/packages/dpkg/status.hpp"

namespace yagura::image {
namespace {

struct PipeCloser {
  void operator()(std::FILE* pipe) const { ::pclose(pipe); }
};

std::string output_of(const std::string& command) {
  const std::unique_ptr<std::FILE, PipeCloser> pipe(::popen(command.c_str(), "r"));
  if (!pipe) return {};
  std::string out;
  std::array<char, 65536> buffer{};
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe.get())) {
    out.append(buffer.data(), count);
  }
  return out;
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

constexpr std::string_view kStatusFile = "/var/lib/dpkg/status";

TEST(DpkgOnThisMachine, PackagesAreThoseOfDpkgQuery) {
  const auto text = core::read_file(kStatusFile);
  if (!text) GTEST_SKIP() << "skipped: no dpkg on this machine";
  FileFacts facts;
  read_status(*text, PackageType::kDeb, facts);
  EXPECT_TRUE(facts.problems.empty());
  std::vector<std::string> ours;
  for (const Package& package : facts.packages) {
    ours.push_back(package.name + "\t" + package.version + "\t" + package.architecture + "\t" +
                   package.source() + "\t" + package.source_or_own_version() + "\t" +
                   std::to_string(package.installed_size / 1024) + "\t" + package.maintainer);
  }
  std::ranges::sort(ours);
  const auto theirs = sorted_lines(
      output_of("dpkg-query -W -f='${db:Status-Status}|${Package}\\t${Version}\\t${Architecture}\\t"
                "${source:Package}\\t${source:Version}\\t${Installed-Size}\\t${Maintainer}\\n' "
                "| grep -v -e '^config-files|' -e '^not-installed|' | cut -d'|' -f2-"));
  ASSERT_FALSE(theirs.empty());
  ASSERT_EQ(ours.size(), theirs.size());
  for (std::size_t i = 0; i < ours.size(); ++i) {
    // A package that tells no size has none with us and an empty text there.
    std::string expected = theirs[i];
    if (const auto gap = expected.find("\t\t"); gap != std::string::npos)
      expected.insert(gap + 1, "0");
    EXPECT_EQ(ours[i], expected);
  }
}

TEST(DpkgOnThisMachine, FileListsAreThoseOfDpkgQueryWithoutDirectories) {
  const auto text = core::read_file("/var/lib/dpkg/info/dpkg.list");
  if (!text) GTEST_SKIP() << "skipped: no dpkg on this machine";
  std::set<std::string> ours;
  for (const std::string_view path : read_file_list(*text)) ours.insert("/" + std::string(path));
  std::set<std::string> theirs;
  std::string before;
  for (const std::string& line : sorted_lines(output_of("dpkg-query -L dpkg"))) {
    if (line.starts_with("/")) theirs.insert(line);
  }
  ASSERT_FALSE(theirs.empty());
  for (const std::string& path : ours) EXPECT_TRUE(theirs.contains(path)) << path;
  // What we leave out has something below it.
  for (const std::string& path : theirs) {
    if (ours.contains(path) || path == "/.") continue;
    const auto below = theirs.lower_bound(path + "/");
    EXPECT_TRUE(below != theirs.end() && below->starts_with(path + "/")) << path;
  }
}

}  // namespace
}  // namespace yagura::image
