// This machine's own programs are not packed; those that UPX packs are.

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "image/packages/packed/packed_analyzer.hpp"

namespace yagura::image {
namespace {

namespace fs = std::filesystem;

FileFacts facts_of(const fs::path& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  const std::string bytes = out.str();
  FileFacts facts;
  const FileEntry file{.path = "x", .size = bytes.size()};
  const PackedAnalyzer analyzer;
  if (analyzer.wants(file, bytes.substr(0, 4096)))
    analyzer.analyze(file, MemoryContent(bytes), facts);
  return facts;
}

TEST(PackedMachine, InstalledProgramsAreNotPacked) {
  std::size_t seen = 0;
  for (const char* directory : {"/usr/bin", "/usr/sbin"}) {
    for (const auto& entry : fs::directory_iterator(directory)) {
      if (!entry.is_regular_file() || entry.file_size() > (std::size_t{16} << 20)) continue;
      if (++seen > 600) break;
      EXPECT_TRUE(facts_of(entry.path()).empty()) << entry.path();
    }
  }
  EXPECT_GT(seen, 0U);
}

TEST(PackedMachine, WhatUpxPacksIsPacked) {
  if (std::system("upx --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "skipped: no upx";
  std::string name = (fs::temp_directory_path() / "packed_machine_XXXXXX").string();
  ASSERT_NE(mkdtemp(name.data()), nullptr);
  const fs::path packed = fs::path(name) / "packed";
  fs::copy_file("/usr/bin/env", packed);
  const int status = std::system(("upx -q '" + packed.string() + "' >/dev/null 2>&1").c_str());
  const FileFacts facts = status == 0 ? facts_of(packed) : FileFacts();
  fs::remove_all(name);
  if (status != 0) GTEST_SKIP() << "skipped: upx does not pack this program";
  ASSERT_EQ(facts.suspicions.size(), 1U);
  EXPECT_EQ(facts.suspicions[0].title, "A program packed by UPX");
}

}  // namespace
}  // namespace yagura::image
