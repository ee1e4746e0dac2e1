#include "image/layer/directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "image/blob/testing/compress.hpp"
#include "image/layer/testing/analyzers.hpp"

namespace yagura::image {
namespace {

namespace fs = std::filesystem;
using testing::analyzers;
using testing::DigestAnalyzer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::sample_bytes;

std::string sha256(std::string_view bytes) {
  Sha256 sum;
  sum.update(bytes);
  return sum.finish();
}

class Directory : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = ::testing::TempDir() + "directoryXXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    work_ = name;
    fs::create_directory(root());
  }
  void TearDown() override { fs::remove_all(work_); }

  [[nodiscard]] fs::path root() const { return work_ / "root"; }
  void write(const fs::path& path, std::string_view content) const {
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << content;
  }
  LayerFacts read(const DirectoryOptions& options = {}) const {
    const Analyzers with = analyzers(std::make_unique<DigestAnalyzer>());
    auto facts = read_directory(root(), with, options);
    EXPECT_TRUE(facts) << facts.error().message;
    return std::move(*facts);
  }
  static std::vector<std::string> lines(const LayerFacts& layer) {
    std::vector<std::string> out;
    for (const LayerFile& file : layer.files) {
      constexpr std::string_view kKinds = "fdlhcbps";
      std::string line(1, kKinds[static_cast<std::size_t>(file.kind)]);
      line += " " + std::string(file.path);
      if (const FileFacts* facts = layer.facts_of(file)) {
        line += facts->packages.at(0).version == sha256("secret") ? " LEAKED" : " seen";
      }
      out.push_back(std::move(line));
    }
    return out;
  }

  fs::path work_;
};

TEST_F(Directory, ShowsItsFilesWhole) {
  write(root() / "etc/a", "a");
  write(root() / "empty", "");
  write(root() / "middle", sample_bytes(300'000));
  write(root() / "large", sample_bytes(3'000'000, 2));
  write(root() / ".wh.name", "means nothing here");
  ::chmod((root() / "etc/a").c_str(), 04755);
  for (const unsigned threads : {1U, 4U}) {
    const LayerFacts layer = read({.limits = {.max_in_memory = 1'000'000}, .threads = threads});
    EXPECT_THAT(lines(layer), ElementsAre("f .wh.name seen", "f empty seen", "d etc",
                                          "f etc/a seen", "f large seen", "f middle seen"));
    EXPECT_EQ(layer.facts_of(layer.files[4])->packages[0].version,
              sha256(sample_bytes(3'000'000, 2)));
    EXPECT_EQ(layer.facts_of(layer.files[5])->packages[0].version, sha256(sample_bytes(300'000)));
    EXPECT_EQ(layer.files[3].mode, 04755U);
    EXPECT_NE(layer.files[5].content_hash, 0U);
    EXPECT_EQ(layer.files[4].size, 3'000'000U);
    EXPECT_EQ(layer.digest, "");
    EXPECT_THAT(layer.incomplete, IsEmpty());
  }
}

TEST_F(Directory, FollowsNoLinkAndOpensNoPipe) {
  write(work_ / "outside/secret", "secret");
  write(root() / "a/file", "x");
  fs::create_symlink("../outside/secret", root() / "relative");
  fs::create_symlink(work_ / "outside/secret", root() / "absolute");
  fs::create_directory_symlink(work_ / "outside", root() / "directory");
  fs::create_symlink("a/file", root() / "inside");
  ASSERT_EQ(::mkfifo((root() / "pipe").c_str(), 0644), 0);
  const bool device = ::mknod((root() / "zero").c_str(), S_IFCHR | 0644, makedev(1, 5)) == 0;
  const LayerFacts layer = read();
  std::vector<std::string> want = {"d a",      "f a/file seen", "l absolute", "l directory",
                                   "l inside", "p pipe",        "l relative"};
  if (device) want.push_back("c zero");
  EXPECT_EQ(lines(layer), want);
  EXPECT_EQ(layer.files[4].link, "a/file");
}

TEST_F(Directory, PassesOverWhatAKernelMakesUp) {
  write(root() / "proc/1/environ", "secret");
  write(root() / "sys/x", "secret");
  write(root() / "dev/y", "secret");
  write(root() / "opt/proc/z", "x");
  EXPECT_THAT(lines(read()),
              ElementsAre("d dev", "d opt", "d opt/proc", "f opt/proc/z seen", "d proc", "d sys"));
}

TEST_F(Directory, SaysWhatCannotBeRead) {
  write(root() / "closed", "x");
  write(root() / "directory/file", "x");
  ::chmod((root() / "closed").c_str(), 0);
  ::chmod((root() / "directory").c_str(), 0);
  ::chmod(work_.c_str(), 0755);
  const bool is_root = ::geteuid() == 0;  // who may read everything
  ASSERT_TRUE(!is_root || ::seteuid(65534) == 0);
  const LayerFacts layer = read();
  ASSERT_TRUE(!is_root || ::seteuid(0) == 0);
  ::chmod((root() / "directory").c_str(), 0755);
  EXPECT_THAT(layer.incomplete,
              ::testing::UnorderedElementsAre(HasSubstr("\"closed\" could not be read"),
                                              HasSubstr("\"directory\" could not be read")));
  EXPECT_THAT(lines(layer), ElementsAre("f closed", "d directory"));
}

TEST_F(Directory, HitsEachLimit) {
  write(root() / "a/b/c/d/file", "x");
  EXPECT_THAT(read({.limits = {.tar = {.path = {.max_depth = 3}}}}).incomplete,
              ElementsAre(HasSubstr("\"a/b/c\" lies too deep")));
  EXPECT_THAT(read({.limits = {.tar = {.path = {.max_bytes = 6}}}}).incomplete,
              ElementsAre(HasSubstr("\"a/b/c/d\" has a path that is too long")));
  EXPECT_THAT(read({.limits = {.tar = {.max_entries = 2}}}).incomplete,
              ElementsAre(HasSubstr("more than 2 entries")));
  write(root() / "large", std::string(2000, 'x'));
  EXPECT_THAT(read({.limits = {.max_file = 1000}}).incomplete,
              ElementsAre(HasSubstr("too large to be looked at")));
  EXPECT_THAT(
      read({.limits = {.max_in_memory = 100}, .temporary = "/nonexistent-directory"}).incomplete,
      ElementsAre(HasSubstr("could not be looked at")));
}

TEST_F(Directory, MustBeOne) {
  write(root() / "file", "x");
  EXPECT_FALSE(read_directory(root() / "file", {}));
  const auto none = read_directory(root() / "none", {});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace yagura::image
