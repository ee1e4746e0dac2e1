#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "core/arena.hpp"
#include "core/diagnostics.hpp"
#include "core/file.hpp"
#include "core/json_text.hpp"
#include "core/utf8.hpp"

namespace yagura::core {
namespace {

TEST(Arena, LargeObjectLeavesTheCurrentBlockInUse) {
  Arena arena;
  void* small = arena.allocate(16);
  void* large = arena.allocate(std::size_t{4} << 20);
  void* next = arena.allocate(16);
  EXPECT_NE(large, nullptr);
  EXPECT_EQ(static_cast<char*>(next) - static_cast<char*>(small), 16);
}

TEST(Arena, ResetKeepsOneBlock) {
  Arena arena;
  for (int i = 0; i < 1000; ++i) static_cast<void>(arena.allocate(1000));
  const std::size_t before = arena.reserved();
  arena.reset();
  EXPECT_LT(arena.reserved(), before);
  EXPECT_GT(arena.reserved(), 0U);
  EXPECT_EQ(arena.copy("text"), "text");
}

TEST(JsonText, EscapesControlsQuotesAndInvalidBytes) {
  std::string out;
  append_json_string(out, std::string_view("a\"b\\c\n\x01\xff\xc3\xa9", 10));
  EXPECT_EQ(out, "\"a\\\"b\\\\c\\n\\u0001\xEF\xBF\xBD\xc3\xa9\"");
}

TEST(JsonText, WriterPlacesCommasAndIndent) {
  std::string out;
  JsonWriter writer(out, 2);
  writer.begin_object().member("a", 1).key("b").begin_array().value(true).null().end_array();
  writer.key("c").begin_object().end_object().end_object();
  EXPECT_EQ(out, "{\n  \"a\": 1,\n  \"b\": [\n    true,\n    null\n  ],\n  \"c\": {}\n}");
}

TEST(JsonText, CompactWriterHasNoSpaces) {
  std::string out;
  JsonWriter writer(out, 0);
  writer.begin_array().value(1.5).value("x").begin_object().member("k", false).end_object();
  writer.end_array();
  EXPECT_EQ(out, R"([1.5,"x",{"k":false}])");
}

TEST(Utf8, RefusesOverlongSurrogateAndOutOfRange) {
  EXPECT_EQ(find_invalid_utf8("plain ascii text, longer than eight"), std::string_view::npos);
  EXPECT_EQ(find_invalid_utf8("caf\xc3\xa9 \xe6\xab\x93 \xf0\x9f\x8f\xaf"), std::string_view::npos);
  EXPECT_EQ(find_invalid_utf8("ab\xc0\xaf"), 2U);
  EXPECT_EQ(find_invalid_utf8("\xed\xa0\x80"), 0U);
  EXPECT_EQ(find_invalid_utf8("\xf4\x90\x80\x80"), 0U);
  EXPECT_EQ(find_invalid_utf8("x\xe6\xab"), 1U);
}

TEST(Utf8, AppendAndDecodeAreInverse) {
  for (const char32_t code_point : {U'a', U'\u00e9', U'\u6adb', U'\U0001f3ef'}) {
    std::string text;
    append_utf8(text, code_point);
    ASSERT_EQ(utf8_sequence_length(text, 0), text.size());
    EXPECT_EQ(utf8_decode(text, 0, text.size()), code_point);
  }
}

TEST(Diagnostics, CountsWhatItDropsAndFormatsItsPlace) {
  Diagnostics diagnostics;
  for (std::size_t i = 0; i < Diagnostics::kMaxKept + 5; ++i)
    diagnostics.error("a.yaml", 3, 7, "bad", "mend");
  EXPECT_EQ(diagnostics.list().size(), Diagnostics::kMaxKept);
  EXPECT_EQ(diagnostics.dropped_count(), 5U);
  EXPECT_EQ(to_string(diagnostics.list().front()), "a.yaml:3:7: error: bad (hint: mend)");
}

class FileTest : public testing::Test {
 protected:
  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("yagura-file-test-" + std::to_string(::getpid()));
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }
};

TEST_F(FileTest, WrittenFileReadsBackAndKeepsItsPermissions) {
  const auto path = folder_ / "a";
  ASSERT_TRUE(write_file(path, "one"));
  std::filesystem::permissions(path, std::filesystem::perms::owner_read);
  ASSERT_TRUE(write_file(path, "two"));
  EXPECT_EQ(read_file(path).value(), "two");
  EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms::owner_read);
}

TEST_F(FileTest, WithoutCommitNothingChanges) {
  const auto path = folder_ / "kept";
  ASSERT_TRUE(write_file(path, "old"));
  {
    auto writer = FileWriter::open(path);
    ASSERT_TRUE(writer);
    ASSERT_TRUE(writer->append("new"));
  }
  EXPECT_EQ(read_file(path).value(), "old");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
}

TEST_F(FileTest, LargerThanTheLimitIsAnErrorThatNamesTheFile) {
  const auto path = folder_ / "big";
  ASSERT_TRUE(write_file(path, std::string(100, 'x')));
  const auto read = read_file(path, {.max_size = 99});
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kLimitExceeded);
  EXPECT_NE(read.error().message.find("big"), std::string::npos);
  EXPECT_TRUE(read_file(path, {.max_size = 100}));
}

TEST_F(FileTest, MissingFileAndDirectoryAreNamed) {
  EXPECT_EQ(read_file(folder_ / "none").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(read_file(folder_).error().code, ErrorCode::kInvalidInput);
}

}  // namespace
}  // namespace yagura::core
