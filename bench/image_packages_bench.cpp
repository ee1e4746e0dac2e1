// How long the package databases of distributions take to read: 500 packages each, in memory, one
// core.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "core/file.hpp"
#include "figure.hpp"
#include "image/packages/dpkg/dpkg_analyzer.hpp"
#include "image/packages/rpm/rpm_analyzer.hpp"
#include "image/packages/rpm/testing/build.hpp"

namespace yagura::bench {
namespace {

using namespace image;

constexpr int kPackages = 500;
constexpr int kRounds = 15;

// The best of several rounds, in milliseconds.
void measure(const std::string& name, const Analyzer& analyzer, std::string_view path,
             const std::string& bytes) {
  double best = 1e9;
  for (int i = 0; i < kRounds; ++i) {
    FileFacts facts;
    const MemoryContent content(bytes);
    const auto begin = std::chrono::steady_clock::now();
    analyzer.analyze({.path = path, .size = bytes.size()}, content, facts);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    best = std::min(best, taken.count());
    if (facts.packages.size() != kPackages || !facts.problems.empty()) {
      std::fprintf(stderr, "%s: read %zu packages\n", name.c_str(), facts.packages.size());
      std::exit(1);
    }
  }
  print_figure("image_packages/" + name, "ms", best * 1e3);
}

// The first paragraphs of this machine's own status.
std::string dpkg_status() {
  const auto text = core::read_file("/var/lib/dpkg/status");
  std::string out;
  std::string_view rest = text ? std::string_view(*text) : std::string_view{};
  for (int count = 0; count < kPackages && !rest.empty();) {
    const auto end = std::min(rest.find("\n\n"), rest.size());
    const std::string_view paragraph = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 2, rest.size()));
    if (paragraph.find("\nStatus: install ok installed\n") == std::string_view::npos) continue;
    out.append(paragraph).append("\n\n");
    ++count;
  }
  return out;
}

// As large as headers of distributions are: 200 files in 20 directories, 40 relations each way, a
// changelog's worth of bytes that nobody reads.
std::string rpm_header(int number) {
  const std::string name = "package-" + std::to_string(number);
  std::vector<std::string> requires_;
  std::vector<std::string> provides;
  std::vector<std::string> base_names;
  std::vector<std::string> directories;
  std::vector<std::uint32_t> indexes;
  std::vector<std::uint32_t> flags(40, 0);
  std::vector<std::uint16_t> modes(200, 0100644);
  for (int i = 0; i < 40; ++i) {
    requires_.push_back("lib" + std::to_string(i) + ".so.6(GLIBC_2.34)(64bit)");
    provides.push_back(name + "-part" + std::to_string(i) + "(x86-64)");
  }
  for (int i = 0; i < 20; ++i)
    directories.push_back("/usr/share/" + name + "/" + std::to_string(i) + "/");
  for (int i = 0; i < 200; ++i) {
    base_names.push_back("some-file-" + std::to_string(i) + ".conf");
    indexes.push_back(static_cast<std::uint32_t>(i / 10));
  }
  using testing_rpm::HeaderBuilder;
  return HeaderBuilder()
      .text(RpmTag::kName, name)
      .text(RpmTag::kVersion, "1.2.3")
      .text(RpmTag::kRelease, "4.el9")
      .text(RpmTag::kArch, "x86_64")
      .text(RpmTag::kLicense, "MIT")
      .text(RpmTag::kVendor, "Somebody")
      .text(RpmTag::kSourceRpm, name + "-1.2.3-4.el9.src.rpm")
      .text(static_cast<RpmTag>(1082), std::string(20'000, 'c'))
      .texts(RpmTag::kRequireName, requires_)
      .int32s(RpmTag::kRequireFlags, flags)
      .texts(RpmTag::kProvideName, provides)
      .texts(RpmTag::kBaseNames, base_names)
      .texts(RpmTag::kDirNames, directories)
      .int32s(RpmTag::kDirIndexes, indexes)
      .int16s(RpmTag::kFileModes, modes)
      .bytes(RpmTag::kFileStates, std::vector<std::uint8_t>(200, 0))
      .build();
}

}  // namespace
}  // namespace yagura::bench

int main() {
  using namespace yagura::bench;
  measure("dpkg_status", DpkgAnalyzer(), "var/lib/dpkg/status", dpkg_status());
  std::vector<std::string> headers;
  for (int i = 0; i < kPackages; ++i) headers.push_back(rpm_header(i));
  const RpmAnalyzer rpm;
  measure("rpm_sqlite", rpm, "var/lib/rpm/rpmdb.sqlite", testing_rpm::build_sqlite(headers));
  measure("rpm_ndb", rpm, "var/lib/rpm/Packages.db", testing_rpm::build_ndb(headers));
  measure("rpm_berkeley_db", rpm, "var/lib/rpm/Packages",
          testing_rpm::build_berkeley(headers, ByteOrder::kLittle));
}
