// What GNU tar and libarchive's tar write, in each of their formats, read back and held against the
// files.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "core/file.hpp"
#include "image/tar/tar_reader.hpp"
#include "image/tar/testing/archive.hpp"

namespace yagura::image {
namespace {

namespace fs = std::filesystem;

struct Seen {
  FileKind kind = FileKind::kRegular;
  std::string content;
  std::string link;
  std::uint32_t mode = 0;
  std::int64_t modified = 0;
};

class GnuTar : public ::testing::Test {
 protected:
  void SetUp() override {
    if (std::system("tar --version 2>/dev/null | grep -q 'GNU tar'") != 0) {
      GTEST_SKIP() << "no GNU tar";
    }
    std::string name = ::testing::TempDir() + "gnutarXXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    work_ = name;
    fs::create_directory(root());
  }
  void TearDown() override {
    if (!work_.empty()) fs::remove_all(work_);
  }

  [[nodiscard]] fs::path root() const { return work_ / "root"; }
  void write(const std::string& path, const std::string& content) const {
    fs::create_directories((root() / path).parent_path());
    std::ofstream(root() / path, std::ios::binary) << content;
  }
  // Data in the midst of holes.
  void write_sparse(const std::string& path, std::size_t parts) const {
    std::ofstream file(root() / path, std::ios::binary);
    for (std::size_t i = 0; i < parts; ++i) {
      file.seekp(static_cast<std::streamoff>(65536 * (2 * i + 1)));
      file << "data " << i;
    }
    file.close();
    fs::resize_file(root() / path, 65536 * (2 * parts + 1));
  }

  std::map<std::string, Seen> archive_and_read(const std::string& options) {
    const fs::path archive = work_ / "a.tar";
    const std::string command =
        program_ + " -C " + root().string() + " " + options + " -cf " + archive.string() + " .";
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
    const std::string bytes = *core::read_file(archive);
    testing::PieceSource source(bytes, {5000});
    TarReader reader(source);
    std::map<std::string, Seen> seen;
    while (const FileEntry* entry = *reader.next()) {
      Seen& file = seen[std::string(entry->path)];
      file = {entry->kind, "", std::string(entry->link), entry->mode, entry->modified};
      for (Chunk piece = *reader.content(); !piece.bytes.empty(); piece = *reader.content()) {
        file.content += piece.bytes;
      }
      EXPECT_TRUE(reader.content_complete());
      EXPECT_EQ(file.content.size(), entry->size);
    }
    EXPECT_THAT(reader.take_notes(), ::testing::IsEmpty()) << command;
    return seen;
  }

  // Every file below the root is there with its kind and bytes, and nothing else is.
  void expect_all(const std::map<std::string, Seen>& seen) {
    std::size_t count = 1;  // the root
    for (const auto& item : fs::recursive_directory_iterator(root())) {
      ++count;
      const std::string path = item.path().lexically_relative(root()).string();
      const auto found = seen.find(path);
      ASSERT_NE(found, seen.end()) << path;
      struct stat status{};
      ASSERT_EQ(::lstat(item.path().c_str(), &status), 0);
      if (found->second.kind == FileKind::kHardLink) {
        EXPECT_EQ(status.st_nlink, 2U) << path;
        EXPECT_TRUE(seen.contains(found->second.link)) << path;
      } else if (item.is_symlink()) {
        EXPECT_EQ(found->second.link, fs::read_symlink(item.path())) << path;
      } else if (item.is_regular_file()) {
        EXPECT_EQ(found->second.kind, FileKind::kRegular) << path;
        EXPECT_TRUE(found->second.content == *core::read_file(item.path())) << path;
      } else if (item.is_fifo()) {
        EXPECT_EQ(found->second.kind, FileKind::kFifo) << path;
      } else {
        EXPECT_EQ(found->second.kind, FileKind::kDirectory) << path;
      }
      EXPECT_EQ(found->second.modified, status.st_mtime) << path;
      EXPECT_EQ(found->second.mode, status.st_mode & 07777U) << path;
    }
    EXPECT_EQ(seen.size(), count);
  }

  fs::path work_;
  std::string program_ = "tar";
};

TEST_F(GnuTar, EveryFormatReadsBack) {
  write("etc/passwd", "root:x:0:0");
  write("empty", "");
  write("big", std::string(100'000, 'b'));
  write("block", std::string(512, 'c'));
  ::chmod((root() / "big").c_str(), 04755);
  fs::create_symlink("../etc/passwd", root() / "etc" / "link");
  fs::create_hard_link(root() / "big", root() / "hard");
  for (const char* format : {"v7", "oldgnu", "gnu", "ustar", "posix"}) {
    SCOPED_TRACE(format);
    expect_all(archive_and_read(std::string("--format=") + format));
  }
  ASSERT_EQ(::mkfifo((root() / "pipe").c_str(), 0644), 0);
  // Names that need an extended header, a prefix, or both.
  write(std::string(90, 'd') + "/" + std::string(90, 'f'), "prefix");
  for (const char* format : {"oldgnu", "gnu", "ustar", "posix"}) {
    SCOPED_TRACE(format);
    expect_all(archive_and_read(std::string("--format=") + format));
  }
  write(std::string(200, 'd') + "/" + std::string(240, 'f'), "long name");
  write("\xe6\xab\x93/\xff\xfe", "not UTF-8");
  fs::create_symlink(std::string(200, 't') + "/" + std::string(100, 'u'), root() / "long link");
  for (const char* format : {"oldgnu", "gnu", "posix"}) {
    SCOPED_TRACE(format);
    expect_all(archive_and_read(std::string("--format=") + format));
  }
}

TEST_F(GnuTar, EverySparseFormReadsBack) {
  write_sparse("one", 1);
  write_sparse("few", 3);
  write_sparse("many", 60);
  write("plain", "no holes");
  fs::resize_file(root() / "plain", 8);
  std::ofstream(root() / "hole").close();
  fs::resize_file(root() / "hole", 1 << 20);
  for (const char* options :
       {"--format=gnu", "--format=oldgnu", "--format=posix --sparse-version=0.0",
        "--format=posix --sparse-version=0.1", "--format=posix --sparse-version=1.0"}) {
    SCOPED_TRACE(options);
    expect_all(archive_and_read(std::string("--sparse --hole-detection=raw ") + options));
    EXPECT_LT(fs::file_size(work_ / "a.tar"), 600'000U);
  }
}

TEST_F(GnuTar, LibarchivesFormatsReadBackAsWell) {
  if (std::system("bsdtar --version > /dev/null 2>&1") != 0) GTEST_SKIP() << "no bsdtar";
  program_ = "bsdtar";
  write("etc/passwd", "root:x:0:0");
  write("empty", "");
  write("big", std::string(100'000, 'b'));
  fs::create_symlink("../etc/passwd", root() / "etc" / "link");
  fs::create_hard_link(root() / "big", root() / "hard");
  for (const char* format : {"v7", "ustar", "gnutar", "pax"}) {
    SCOPED_TRACE(format);
    expect_all(archive_and_read(std::string("--format=") + format));
  }
  write(std::string(200, 'd') + "/" + std::string(240, 'f'), "long name");
  write_sparse("sparse", 3);
  for (const char* format : {"gnutar", "pax"}) {
    SCOPED_TRACE(format);
    expect_all(archive_and_read(std::string("--format=") + format));
  }
}

}  // namespace
}  // namespace yagura::image
