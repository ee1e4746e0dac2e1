#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "image/packages/packed/packed_analyzer.hpp"
#include "image/packages/packed/packer.hpp"

namespace yagura::image {
namespace {

std::string number(std::uint64_t value, unsigned size) {
  std::string out;
  for (unsigned i = 0; i < size; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
  return out;
}

std::string random_bytes(std::size_t size) {
  std::string out;
  std::uint64_t state = 88172645463325252ULL;
  while (out.size() < size) {
    state ^= state << 13U;
    state ^= state >> 7U;
    state ^= state << 17U;
    out += number(state, 8);
  }
  return out;
}

// A program of one segment, `behind` its headers.
std::string program(const std::string& behind, std::uint16_t type = 2) {
  std::string elf(
      "\x7f"
      "ELF\2\1\1",
      7);
  elf.resize(16);
  elf += number(type, 2) + number(62, 2) + number(1, 4) + number(0, 8) + number(64, 8) +
         number(0, 8) + number(0, 4) + number(64, 2) + number(56, 2) + number(1, 2) +
         number(64, 2) + number(0, 4);
  elf += number(1, 4) + number(5, 4) + number(0, 8) + number(0x400000, 8) + number(0x400000, 8) +
         number(120 + behind.size(), 8) + number(120 + behind.size(), 8) + number(4096, 8);
  return elf + behind;
}

std::string told(const std::string& bytes) {
  const PackedAnalyzer analyzer;
  const FileEntry file{.path = "usr/bin/x", .size = bytes.size()};
  EXPECT_TRUE(analyzer.wants(file, bytes.substr(0, 4096)));
  FileFacts facts;
  analyzer.analyze(file, MemoryContent(bytes), facts);
  std::string out;
  for (const Suspicion& suspicion : facts.suspicions) {
    EXPECT_EQ(suspicion.rule, "packed-binary");
    EXPECT_EQ(suspicion.category, "unknown-contents");
    out += suspicion.title;
  }
  return out;
}

TEST(PackedAnalyzer, KnowsUpxByItsMarks) {
  EXPECT_EQ(told(program(std::string(4, 'x') + "UPX!" + std::string(5'000, 'c'))),
            "A program packed by UPX");
  EXPECT_EQ(told(program(std::string(5'000, 'c') + "UPX!" + std::string(32, 'x'))),
            "A program packed by UPX");
  EXPECT_EQ(told(program(std::string(5'000, 'c') + "UPX!" + std::string(5'000, 'c'))), "")
      << "a program that speaks of UPX";
}

TEST(PackedAnalyzer, KnowsPyInstaller) {
  EXPECT_EQ(told(program(std::string(9'000, 'c') + std::string("MEI\014\013\012\013\016", 8) +
                         std::string(80, 'x'))),
            "A program packed by PyInstaller");
}

TEST(PackedAnalyzer, RandomCodeWithoutSectionsIsPacked) {
  EXPECT_EQ(told(program(random_bytes(100'000))), "A program packed by an unknown packer");
  EXPECT_EQ(told(program(random_bytes(1'000))), "") << "too little to tell";
  EXPECT_EQ(told(program(random_bytes(100'000), 1)), "") << "not a program";
}

TEST(PackedAnalyzer, EntropyIsInBitsAByte) {
  EXPECT_EQ(entropy_of(""), 0);
  EXPECT_EQ(entropy_of("aaaa"), 0);
  EXPECT_DOUBLE_EQ(entropy_of("abab"), 1);
  EXPECT_GT(entropy_of(random_bytes(100'000)), 7.9);
}

}  // namespace
}  // namespace yagura::image
