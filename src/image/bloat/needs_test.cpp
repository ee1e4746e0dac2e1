#include "image/bloat/needs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

namespace yagura::image {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// An image of one layer with a package database, made file by file.
class Image {
 public:
  void file(const std::string& path, std::optional<Executable> executable = {},
            std::uint64_t size = 1000) {
    add({.path = path, .executable = std::move(executable), .size = size});
  }
  void link(const std::string& path, const std::string& to) {
    add({.path = path, .link = to, .kind = FileKind::kSymlink});
  }
  void package(const std::string& name, std::vector<std::string> files,
               std::vector<std::string> depends = {}) {
    facts_.packages.push_back(
        {.type = PackageType::kDeb, .name = name, .version = "1", .depends = std::move(depends)});
    OwnedFiles owned{.type = PackageType::kDeb, .package = name};
    for (const std::string& file : files) owned.files.push_back(file);
    facts_.owned.push_back(std::move(owned));
  }

  Needs needs(const RunConfig& run) {
    add({.path = "var/lib/dpkg/status"});
    std::ranges::sort(entries_, {}, &Entry::path);
    std::vector<LayerFacts> layers(1);
    for (const Entry& entry : entries_) {
      LayerFile out;
      out.path = entry.path;
      out.link = entry.link;
      out.kind = entry.kind;
      out.size = entry.size;
      out.mode = 0755;
      const bool database = entry.path == "var/lib/dpkg/status";
      if (entry.executable || database) {
        out.facts = static_cast<std::uint32_t>(layers[0].facts.size());
        FileFacts facts = database ? facts_ : FileFacts{};
        facts.executable = entry.executable;
        layers[0].facts.push_back(std::move(facts));
      }
      layers[0].files.push_back(out);
    }
    image_.emplace_back(std::move(layers));
    const Ownership ownership(image_.back());
    Inventory inventory;
    for (const Package& package : facts_.packages)
      inventory.components.push_back({.package = package});
    return find_needs(image_.back(), ownership, inventory, run);
  }

 private:
  struct Entry {
    std::string path;
    std::string link;
    std::optional<Executable> executable;
    FileKind kind = FileKind::kRegular;
    std::uint64_t size = 0;
  };
  void add(Entry entry) { entries_.push_back(std::move(entry)); }
  std::deque<Entry> entries_;
  FileFacts facts_;
  std::deque<MergedImage> image_;
};

std::vector<std::string> names(const std::vector<PackageWeight>& list) {
  std::vector<std::string> out;
  for (const PackageWeight& one : list) out.push_back(one.name);
  return out;
}

Executable dynamic(std::vector<std::string> needed) {
  return {.interpreter = "/lib64/ld.so", .needed = std::move(needed)};
}

TEST(Needs, FollowLibrariesInterpretersAndDependencies) {
  Image image;
  image.file("usr/bin/app", dynamic({"libssl.so.3"}));
  image.file("usr/lib/libssl.so.3",
             Executable{.kind = Executable::Kind::kLibrary, .needed = {"libc.so.6"}});
  image.file("usr/lib/libc.so.6", Executable{.kind = Executable::Kind::kLibrary});
  image.file("lib64/ld.so", Executable{});
  image.file("usr/bin/perl", dynamic({"libc.so.6"}), 5000);
  image.file("usr/share/zoneinfo/UTC");
  image.package("app", {"usr/bin/app"}, {"tzdata"});
  image.package("libssl3", {"usr/lib/libssl.so.3"});
  image.package("libc6", {"usr/lib/libc.so.6", "lib64/ld.so"});
  image.package("perl", {"usr/bin/perl"});
  image.package("tzdata", {"usr/share/zoneinfo/UTC"});
  const Needs needs = image.needs({.cmd = {"app"}});
  EXPECT_TRUE(needs.known);
  EXPECT_THAT(names(needs.unneeded), ElementsAre("perl"));
  EXPECT_EQ(needs.unneeded_bytes, 5000U);
  EXPECT_EQ(needs.needed_packages, 4U);
  EXPECT_TRUE(needs.needs_libc);
  EXPECT_FALSE(needs.needs_shell);
}

TEST(Needs, ProgramsThatNobodyOwnsCount) {
  Image image;
  image.file("srv/run.py", Executable{.kind = Executable::Kind::kScript,
                                      .interpreter = "/usr/bin/env",
                                      .arguments = {"python3"}});
  image.file("usr/bin/env", Executable{});
  image.link("usr/bin/python3", "python3.11");
  image.file("usr/bin/python3.11", dynamic({}));
  image.file("usr/bin/gcc", dynamic({}));
  image.package("coreutils", {"usr/bin/env"});
  image.package("python3-minimal", {"usr/bin/python3"});
  image.package("python3.11-minimal", {"usr/bin/python3.11"});
  image.package("gcc", {"usr/bin/gcc"});
  EXPECT_THAT(names(image.needs({}).unneeded), ElementsAre("gcc"));
}

TEST(Needs, AShellFormNeedsTheShellAndWhatItRuns) {
  Image image;
  image.file("bin/sh", dynamic({}));
  image.file("usr/bin/redis", dynamic({"libgone.so"}));
  image.package("dash", {"bin/sh"});
  image.package("redis", {"usr/bin/redis"});
  const Needs needs = image.needs({.entrypoint = {"/bin/sh", "-c", "exec redis --port 1"}});
  EXPECT_TRUE(needs.needs_shell);
  EXPECT_THAT(needs.starts,
              ElementsAre("bin/sh", "usr/bin/redis"));  // "exec" is the shell's own word
  EXPECT_THAT(needs.unneeded, IsEmpty());
}

TEST(Needs, MissingLibrariesAreSaidAndNothingKnownIsSaidToo) {
  Image image;
  image.file("usr/bin/app", dynamic({"libgone.so"}));
  image.package("app", {"usr/bin/app"});
  EXPECT_THAT(image.needs({.cmd = {"/usr/bin/app"}}).missing, ElementsAre("libgone.so"));
  Image empty;
  empty.file("etc/passwd");
  EXPECT_FALSE(empty.needs({}).known);
  EXPECT_EQ(smaller_base(empty.needs({}), {}), "");
}

}  // namespace
}  // namespace yagura::image
