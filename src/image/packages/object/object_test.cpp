#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "image/packages/object/object_file.hpp"

namespace yagura::image {
namespace {

std::string little(std::uint64_t value, unsigned size) {
  std::string out;
  for (unsigned i = 0; i < size; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
  return out;
}
std::string big(std::uint64_t value, unsigned size) {
  const std::string text = little(value, size);
  return {text.rbegin(), text.rend()};
}
void put(std::string& out, std::size_t at, std::string_view text) {
  if (out.size() < at + text.size()) out.resize(at + text.size());
  out.replace(at, text.size(), text);
}

std::string own_program() {
  std::ostringstream out;
  out << std::ifstream("/proc/self/exe", std::ios::binary).rdbuf();
  return out.str();
}

TEST(ObjectFile, ReadsTheSectionsOfThisProgram) {
  const std::string bytes = own_program();
  const auto objects = read_objects(bytes);
  ASSERT_EQ(objects.size(), 1U);
  const ObjectFile& object = objects.front();
  EXPECT_EQ(object.format, ObjectFormat::kElf);
  EXPECT_TRUE(object.is_loadable);
  const ObjectSection* text = object.section(".text");
  ASSERT_NE(text, nullptr);
  EXPECT_TRUE(text->is_executable);
  EXPECT_FALSE(text->is_writable);
  EXPECT_TRUE(object.at_address(text->address).starts_with(text->bytes));
  ASSERT_NE(object.section(".data"), nullptr);
  EXPECT_TRUE(object.section(".data")->is_writable);
  ASSERT_NE(object.section(".bss"), nullptr);
  EXPECT_TRUE(object.section(".bss")->bytes.empty());
  EXPECT_EQ(object.section(".nothing"), nullptr);
  EXPECT_TRUE(object.at_address(~std::uint64_t{0}).empty());
}

TEST(ObjectFile, EveryPrefixOfAProgramIsReadOrRefused) {
  std::string bytes = own_program();
  for (std::size_t size = 0; size < 2'000; ++size) {
    for (const ObjectFile& object : read_objects(std::string_view(bytes).substr(0, size))) {
      for (const ObjectSection& section : object.sections) EXPECT_LE(section.bytes.size(), size);
    }
  }
}

TEST(ObjectFile, MoreSectionsThanTheLimitAreNotRead) {
  std::string elf(
      "\x7f"
      "ELF\x02\x01\x01",
      7);
  elf.resize(64);
  put(elf, 16, little(2, 2));                                  // e_type
  put(elf, 40, little(64, 8));                                 // e_shoff
  put(elf, 58, little(64, 2));                                 // e_shentsize
  put(elf, 60, little(0, 2));                                  // e_shnum: in the first header
  put(elf, 64 + 32, little(ObjectFile::kMaxSections + 1, 8));  // sh_size
  elf.resize(64 + 64 * (ObjectFile::kMaxSections + 2));
  ASSERT_EQ(read_objects(elf).size(), 1U);
  EXPECT_TRUE(read_objects(elf).front().sections.empty());
  put(elf, 64 + 32, little(ObjectFile::kMaxSections, 8));
  EXPECT_EQ(read_objects(elf).front().sections.size(), ObjectFile::kMaxSections - 1);
}

TEST(ObjectFile, ReadsPe) {
  std::string pe("MZ");
  put(pe, 0x3c, little(0x80, 4));
  put(pe, 0x80, std::string_view("PE\0\0", 4));
  put(pe, 0x86, little(1, 2));      // sections
  put(pe, 0x94, little(112, 2));    // optional header's size
  put(pe, 0x96, little(0x22, 2));   // an image
  put(pe, 0x98, little(0x20b, 2));  // PE32+
  put(pe, 0x98 + 24, little(0x400000, 8));
  const std::size_t header = 0x98 + 112;
  put(pe, header, ".data");
  put(pe, header + 8, little(5, 4));
  put(pe, header + 12, little(0x1000, 4));
  put(pe, header + 16, little(512, 4));
  put(pe, header + 20, little(0x400, 4));
  put(pe, header + 36, little(0xC0000040, 4));
  put(pe, 0x400, "hello, padding");
  pe.resize(0x600);
  const auto objects = read_objects(pe);
  ASSERT_EQ(objects.size(), 1U);
  EXPECT_EQ(objects[0].format, ObjectFormat::kPe);
  ASSERT_NE(objects[0].section(".data"), nullptr);
  EXPECT_EQ(objects[0].section(".data")->bytes, "hello");
  EXPECT_TRUE(objects[0].section(".data")->is_writable);
  EXPECT_EQ(objects[0].at_address(0x401001), "ello");
}

TEST(ObjectFile, ReadsUniversalMachOAndTellsClassesApart) {
  std::string thin("\xcf\xfa\xed\xfe", 4);
  put(thin, 12, little(2, 4));  // a program
  put(thin, 16, little(1, 4));  // one command
  put(thin, 32, little(0x19, 4));
  put(thin, 36, little(72 + 80, 4));
  put(thin, 40, "__DATA");
  put(thin, 56, little(0x1000, 8) + little(16, 8) + little(0x200, 8) + little(16, 8));
  put(thin, 88, little(7, 4) + little(3, 4) + little(1, 4) + little(0, 4));
  put(thin, 104, "__go_buildinfo");
  put(thin, 104 + 32, little(0x1004, 8) + little(4, 8) + little(0x204, 4));
  put(thin, 0x200, "0123456789abcdef");
  std::string fat("\xca\xfe\xba\xbe", 4);
  fat +=
      big(1, 4) + big(0x1000007, 4) + big(3, 4) + big(0x1000, 4) + big(thin.size(), 4) + big(12, 4);
  put(fat, 0x1000, thin);
  for (const std::string& file : {thin, fat}) {
    const auto objects = read_objects(file);
    ASSERT_EQ(objects.size(), 1U);
    ASSERT_NE(objects[0].section("__go_buildinfo"), nullptr);
    EXPECT_EQ(objects[0].section("__go_buildinfo")->bytes, "4567");
    EXPECT_EQ(objects[0].section("__go_buildinfo")->segment, "__DATA");
    EXPECT_EQ(objects[0].at_address(0x1008), "89abcdef");
  }
  std::string java("\xca\xfe\xba\xbe\0\0\0\x34", 8);
  java.resize(100);
  EXPECT_FALSE(looks_like_object(java));
}

}  // namespace
}  // namespace yagura::image
