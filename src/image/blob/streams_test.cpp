#include "image/blob/streams.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>
#include <filesystem>
#include <string>

#include "core/file.hpp"

namespace yagura::image {
namespace {

std::string drain(BlobStream& stream) {
  std::string out;
  std::array<char, 3> piece{};
  for (;;) {
    const auto got = stream.read(piece);
    EXPECT_TRUE(got.has_value());
    if (!got || *got == 0) return out;
    out.append(piece.data(), *got);
  }
}

class FileBlobs : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "blobXXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    directory_ = name;
    ASSERT_TRUE(core::write_file(directory_ / "blob", "0123456789"));
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  std::filesystem::path directory_;
};

TEST_F(FileBlobs, GiveTheWholeFileAndThenTheEnd) {
  const auto stream = open_file_blob(directory_ / "blob");
  ASSERT_TRUE(stream) << stream.error().message;
  EXPECT_EQ((*stream)->size(), 10U);
  EXPECT_EQ(drain(**stream), "0123456789");
  EXPECT_EQ(drain(**stream), "");
}

TEST_F(FileBlobs, GivePartsAndEndWhereTheFileEnds) {
  EXPECT_EQ(drain(**open_file_blob(directory_ / "blob", 3, 4)), "3456");
  EXPECT_EQ(drain(**open_file_blob(directory_ / "blob", 8, 100)), "89");
  EXPECT_EQ(drain(**open_file_blob(directory_ / "blob", 100, 100)), "");
  EXPECT_EQ((*open_file_blob(directory_ / "blob", 8, 100))->size(), 2U);
}

TEST_F(FileBlobs, AreRegularFilesOnly) {
  EXPECT_FALSE(open_file_blob(directory_));
  EXPECT_EQ(open_file_blob(directory_ / "none").error().code, ErrorCode::kNotFound);
  ASSERT_EQ(::mkfifo((directory_ / "pipe").c_str(), 0600), 0);
  const auto pipe = open_file_blob(directory_ / "pipe");
  ASSERT_FALSE(pipe);
  EXPECT_THAT(pipe.error().message, testing::HasSubstr("no regular file"));
}

TEST(MemoryBlobs, GiveTheirBytes) {
  MemoryBlob blob("hello world");
  EXPECT_EQ(blob.size(), 11U);
  EXPECT_EQ(drain(blob), "hello world");
}

}  // namespace
}  // namespace yagura::image
