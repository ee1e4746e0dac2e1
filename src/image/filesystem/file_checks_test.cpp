#include "image/filesystem/file_checks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yagura::image {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct File {
  const char* path;
  std::uint32_t mode;
  FileKind kind = FileKind::kRegular;
  bool capabilities = false;
  std::uint64_t size = 100;
};

std::vector<FileSuspicion> judge(const std::vector<File>& files, bool with_packages = true) {
  std::vector<LayerFacts> layers(1);
  std::vector<File> all = files;
  // A package database, so that "nobody's" means something.
  if (with_packages) all.push_back({"var/lib/dpkg/info/a.list", 0644});
  std::ranges::sort(all, {}, [](const File& file) { return std::string_view(file.path); });
  for (const File& file : all) {
    LayerFile entry;
    entry.path = file.path;
    entry.mode = file.mode;
    entry.kind = file.kind;
    entry.size = file.size;
    entry.has_capabilities = file.capabilities;
    if (std::string_view(file.path).ends_with(".list")) {
      entry.facts = static_cast<std::uint32_t>(layers[0].facts.size());
      FileFacts facts;
      facts.owned = {{.type = PackageType::kDeb, .package = "a", .files = {"usr/bin/owned"}}};
      layers[0].facts.push_back(std::move(facts));
    }
    layers[0].files.push_back(entry);
  }
  const MergedImage image(std::move(layers));
  const Ownership ownership(image);
  return check_files(image, ownership);
}

std::vector<std::string> rules(const std::vector<FileSuspicion>& found) {
  std::vector<std::string> out;
  for (const FileSuspicion& one : found) out.push_back(one.suspicion.rule);
  return out;
}

TEST(FileChecks, SetuidCountsWhereNoPackagePutIt) {
  EXPECT_THAT(rules(judge({{"usr/bin/mine", 04755}})), ElementsAre("setuid-surprise"));
  EXPECT_THAT(rules(judge({{"usr/bin/owned", 04755}})), IsEmpty());
  EXPECT_THAT(rules(judge({{"usr/bin/mine", 04755}}, false)), IsEmpty());
  EXPECT_THAT(rules(judge({{"usr/bin/mine", 04644}})), IsEmpty());
}

TEST(FileChecks, EachKindIsSeenAndItsTwinIsNot) {
  EXPECT_THAT(rules(judge({{"a", 0666}})), ElementsAre("world-writable-file"));
  EXPECT_THAT(rules(judge({{"a", 0777, FileKind::kSymlink}})), IsEmpty());
  EXPECT_THAT(rules(judge({{"a", 0777, FileKind::kDirectory}})),
              ElementsAre("world-writable-directory"));
  EXPECT_THAT(rules(judge({{"tmp", 01777, FileKind::kDirectory}})), IsEmpty());
  EXPECT_THAT(rules(judge({{"opt/sda", 0600, FileKind::kBlockDevice}})),
              ElementsAre("device-node"));
  EXPECT_THAT(rules(judge({{"dev/null", 0600, FileKind::kCharacterDevice}})), IsEmpty());
  EXPECT_THAT(rules(judge({{"app/.git/HEAD", 0644}})), ElementsAre("version-control"));
  EXPECT_THAT(rules(judge({{"a", 0755, FileKind::kRegular, true}})),
              ElementsAre("capability-surprise"));
  EXPECT_THAT(rules(judge({{"app/core", 0600, FileKind::kRegular, false, 1 << 20}})),
              ElementsAre("core-dump"));
  EXPECT_THAT(rules(judge({{"app/core.js", 0600, FileKind::kRegular, false, 1 << 20}})), IsEmpty());
  EXPECT_THAT(rules(judge({{"usr/sbin/sshd", 0755}})), ElementsAre("ssh-server"));
}

TEST(FileChecks, ManyOfAKindAreCounted) {
  std::vector<std::string> names;
  for (int i = 0; i < 60; ++i) names.push_back("f" + std::to_string(100 + i));
  std::vector<File> files;
  for (const std::string& name : names) files.push_back({name.c_str(), 0666});
  const auto found = judge(files);
  EXPECT_EQ(found.size(), 50U);
  EXPECT_THAT(found.back().suspicion.detail, HasSubstr("10 more"));
}

}  // namespace
}  // namespace yagura::image
