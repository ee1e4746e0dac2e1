// Root file systems of Debian, read as a layer, beside what dpkg-query says of them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "image/blob/streams.hpp"
#include "image/distro/distro_analyzer.hpp"
#include "image/layer/layer.hpp"
#include "image/merge/inventory_maker.hpp"
#include "image/packages/dpkg/dpkg_analyzer.hpp"

namespace yagura::image {
namespace {

namespace fs = std::filesystem;

struct Release {
  std::string_view suite;
  std::string_view version_id;
};

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

class RootFileSystem : public ::testing::TestWithParam<Release> {
 protected:
  void SetUp() override {
    archive_ = fs::path(YAGURA_ROOTFS_CACHE) / (std::string(GetParam().suite) + ".tar");
    const int status = std::system(("'" YAGURA_SOURCE_DIR "/tests/e2e/image/make_rootfs.sh' " +
                                    std::string(GetParam().suite) + " '" + archive_.string() + "'")
                                       .c_str());
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
      GTEST_SKIP() << "skipped: no root file system of " << GetParam().suite << " can be made here";
    }
    ASSERT_EQ(status, 0);
    Analyzers analyzers;
    analyzers.push_back(std::make_unique<DistroAnalyzer>());
    analyzers.push_back(std::make_unique<DpkgAnalyzer>());
    auto stream = open_file_blob(archive_);
    ASSERT_TRUE(stream.has_value()) << stream.error().message;
    auto facts = read_layer(**stream, analyzers);
    ASSERT_TRUE(facts.has_value()) << facts.error().message;
    std::vector<LayerFacts> layers;
    layers.push_back(*std::move(facts));
    image_ = std::make_unique<MergedImage>(std::move(layers));
    fill_inventory(*image_, Ownership(*image_), inventory_);
  }

  // What dpkg-query says of the archive's database, which is all that is unpacked of it.
  [[nodiscard]] std::string query(const std::string& arguments) const {
    return output_of("set -e; d=$(mktemp -d); trap 'rm -rf \"$d\"' EXIT; tar -xf '" +
                     archive_.string() + "' -C \"$d\" --wildcards './var/lib/dpkg/*'; " +
                     "dpkg-query --admindir=\"$d/var/lib/dpkg\" " + arguments);
  }

  fs::path archive_;
  std::unique_ptr<MergedImage> image_;
  Inventory inventory_;
};

TEST_P(RootFileSystem, PackagesAreThoseOfDpkgQuery) {
  std::vector<std::string> ours;
  for (const Component& component : inventory_.components) {
    const Package& package = component.package;
    ours.push_back(package.name + "\t" + package.version + "\t" + package.architecture + "\t" +
                   package.source() + "\t" + package.source_or_own_version());
  }
  std::ranges::sort(ours);
  const auto theirs = sorted_lines(query(
      "-W "
      "-f='${Package}\\t${Version}\\t${Architecture}\\t${source:Package}\\t${source:Version}\\n'"));
  EXPECT_GT(theirs.size(), 80U);
  EXPECT_EQ(ours, theirs);
  EXPECT_THAT(inventory_.incomplete, ::testing::IsEmpty());
}

TEST_P(RootFileSystem, DistributionIsTheReleaseThatWasMade) {
  EXPECT_EQ(inventory_.distro.id, "debian");
  EXPECT_EQ(inventory_.distro.version_id, GetParam().version_id);
  EXPECT_EQ(inventory_.distro.codename, GetParam().suite);
  // The point release of etc/debian_version.
  EXPECT_TRUE(inventory_.distro.version.starts_with(std::string(GetParam().version_id) + "."))
      << inventory_.distro.version;
  EXPECT_TRUE(end_of_life(inventory_.distro).has_value());
}

TEST_P(RootFileSystem, FilesBelongToThePackagesThatDpkgNames) {
  const Ownership ownership(*image_);
  int compared = 0;
  for (const std::string& line : sorted_lines(query("-S '/usr/bin/*' '/etc/*' '*/lib/*.so.*'"))) {
    const auto colon = line.find(": /");
    if (colon == std::string::npos || line.find(", ") < colon) continue;
    const std::string package = line.substr(0, std::min(line.find(':'), colon));
    const MergedFile* file = image_->locate(line.substr(colon + 2));
    if (package == "diversion by" || file == nullptr || file->file->kind == FileKind::kDirectory)
      continue;
    EXPECT_EQ(ownership.owner(*file), package) << line;
    ++compared;
  }
  EXPECT_GT(compared, 300);
}

TEST_P(RootFileSystem, LicencesAreTold) {
  const auto with = std::ranges::count_if(inventory_.components, [](const Component& component) {
    return !component.package.licenses.empty();
  });
  // All have a copyright file; some say it in words that point to no licence.
  EXPECT_GT(static_cast<std::size_t>(with) * 10, inventory_.components.size() * 8);
}

INSTANTIATE_TEST_SUITE_P(Debian, RootFileSystem,
                         ::testing::Values(Release{"bookworm", "12"}, Release{"bullseye", "11"}),
                         [](const auto& tested) { return std::string(tested.param.suite); });

}  // namespace
}  // namespace yagura::image
