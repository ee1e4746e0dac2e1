#include "image/tar/header.hpp"

#include <gtest/gtest.h>

#include "image/tar/testing/archive.hpp"

namespace yagura::image {
namespace {

using namespace std::string_view_literals;

TEST(TarNumber, ReadsOctalAndBase256) {
  EXPECT_EQ(tar_number("0000644\0"sv), 0644);
  EXPECT_EQ(tar_number("   644 \0"sv), 0644);
  EXPECT_EQ(tar_number("644\0junk"sv), 0644);
  EXPECT_EQ(tar_number("\0\0\0\0\0\0\0\0"sv), 0);
  EXPECT_EQ(tar_number("        "sv), 0);
  EXPECT_EQ(tar_number("77777777777"sv), 077777777777);
  EXPECT_EQ(tar_number("\x80\0\0\0\0\0\0\0\0\0\1\2"sv), 258);
  EXPECT_EQ(tar_number("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe"sv), -2);
  EXPECT_EQ(tar_number("\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff"sv), INT64_MAX);
}

TEST(TarNumber, RefusesTheRest) {
  EXPECT_FALSE(tar_number("12x"sv));
  EXPECT_FALSE(tar_number("-1"sv));
  EXPECT_FALSE(tar_number("9"sv));
  EXPECT_FALSE(tar_number("\x80\0\0\0\x80\0\0\0\0\0\0\0"sv));
  EXPECT_FALSE(tar_number("\xbf\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"sv));
  EXPECT_FALSE(tar_number("7777777777777777777777777"sv));
}

TEST(TarChecksum, IsOverUnsignedOrSignedBytes) {
  std::string block = testing::tar_member({.name = "h\xe9llo"});
  EXPECT_TRUE(has_right_checksum(block));
  block[0] = 'x';
  EXPECT_FALSE(has_right_checksum(block));
  block[0] = 'h';
  // A signed sum counts 0xe9 as 256 less: 0400 in octal.
  const auto told = *tar_number(block.substr(148, 8)) - 256;
  std::string digits;
  for (std::int64_t rest = told; digits.size() < 6; rest >>= 3) {
    digits.insert(digits.begin(), static_cast<char>('0' + (rest & 7)));
  }
  block.replace(148, 6, digits);
  EXPECT_TRUE(has_right_checksum(block));
}

TEST(TarHeader, TellsTheFormatsApart) {
  EXPECT_EQ(parse_tar_header(testing::tar_member({.name = "a", .prefix = "p"})).prefix, "p");
  const std::string gnu =
      testing::tar_member({.name = "a", .prefix = "p", .magic = std::string("ustar  \0", 8)});
  EXPECT_EQ(parse_tar_header(gnu).format, TarFormat::kGnu);
  EXPECT_EQ(parse_tar_header(gnu).prefix, "");
  const std::string v7 = testing::tar_member({.name = "a", .prefix = "p", .magic = ""});
  EXPECT_EQ(parse_tar_header(v7).format, TarFormat::kV7);
  EXPECT_EQ(parse_tar_header(v7).prefix, "");
}

}  // namespace
}  // namespace yagura::image
