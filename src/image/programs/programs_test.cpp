#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <set>

#include "core/file.hpp"
#include "image/programs/elf.hpp"
#include "image/programs/program_analyzer.hpp"

namespace yagura::image {
namespace {

using testing::Contains;
using testing::ElementsAre;

// What this machine's own tool says of a file.
std::string output_of(const std::string& command) {
  std::string out;
  FILE* pipe = popen(command.c_str(), "r");
  char buffer[4096];
  while (pipe != nullptr && fgets(buffer, sizeof buffer, pipe) != nullptr) out += buffer;
  if (pipe != nullptr) pclose(pipe);
  return out;
}

TEST(Elf, SaysTheSameAsReadelfOfThisMachinesPrograms) {
  if (output_of("command -v readelf").empty()) GTEST_SKIP() << "skipped: no readelf";
  int compared = 0;
  for (const char* path : {"/bin/sh", "/usr/bin/git", "/usr/bin/ld.bfd", "/usr/bin/bash",
                           "/lib/x86_64-linux-gnu/libc.so.6", "/usr/bin/perl", "/proc/self/exe"}) {
    const auto bytes = core::read_file(path);
    if (!bytes) continue;
    const auto elf = read_program(*bytes);
    ASSERT_TRUE(elf) << path;
    const std::string real = output_of("realpath " + std::string(path) +
                                       " | tr -d '\\n' | xargs -0 readelf -d -n -W -l");
    std::set<std::string> needed;
    std::size_t at = 0;
    while ((at = real.find("Shared library: [", at)) != std::string::npos) {
      at += 17;
      needed.insert(real.substr(at, real.find(']', at) - at));
    }
    if (std::string_view(path) == "/proc/self/exe") continue;  // readelf's own by then
    EXPECT_EQ(std::set<std::string>(elf->needed.begin(), elf->needed.end()), needed) << path;
    if (!elf->build_id.empty()) {
      EXPECT_NE(real.find(elf->build_id), std::string::npos) << path;
    }
    if (!elf->interpreter.empty()) {
      EXPECT_NE(real.find(elf->interpreter), std::string::npos) << path;
    }
    if (!elf->soname.empty()) {
      EXPECT_NE(real.find("[" + elf->soname + "]"), std::string::npos);
    }
    ++compared;
  }
  EXPECT_GE(compared, 2);
}

TEST(Elf, StandsEveryCutAndEveryFlippedByteOfItsHeader) {
  const auto bytes = core::read_file("/proc/self/exe", {.max_size = std::uint64_t{1} << 30});
  ASSERT_TRUE(bytes);
  for (std::size_t cut = 0; cut < 4096; cut += 3)
    (void)read_program(std::string_view(*bytes).substr(0, cut));
  std::string changed = bytes->substr(0, std::size_t{1} << 16);
  for (std::size_t i = 4; i < 1024; ++i) {
    const char before = changed[i];
    changed[i] = static_cast<char>(before ^ 0x7f);
    (void)read_program(changed);
    changed[i] = before;
  }
}

TEST(Elf, IsNotAnObjectFileOrAText) {
  EXPECT_FALSE(read_program(""));
  EXPECT_FALSE(
      read_program("\x7f"
                   "ELF"));
  EXPECT_FALSE(read_program(std::string("\x7f"
                                        "ELF\2\1\1",
                                        7) +
                            std::string(100, '\0')));
}

TEST(Script, ReadsTheFirstLine) {
  const auto script = read_script("#! /usr/bin/env -S python3 -u\nprint()\n");
  ASSERT_TRUE(script);
  EXPECT_EQ(script->interpreter, "/usr/bin/env");
  EXPECT_THAT(script->arguments, ElementsAre("-S", "python3", "-u"));
  EXPECT_FALSE(read_script("#!python\n"));
  EXPECT_FALSE(read_script("# !/bin/sh\n"));
  EXPECT_EQ(read_script("#!/bin/sh")->kind, Executable::Kind::kScript);
}

TEST(ProgramAnalyzer, WantsProgramsAndExecutableScripts) {
  const auto analyzer = make_program_analyzer();
  EXPECT_TRUE(analyzer->wants({.path = "a", .mode = 0644},
                              "\x7f"
                              "ELF\2"));
  EXPECT_TRUE(analyzer->wants({.path = "a", .mode = 0755}, "#!/bin/sh\n"));
  EXPECT_FALSE(analyzer->wants({.path = "a", .mode = 0644}, "#!/bin/sh\n"));
}

}  // namespace
}  // namespace yagura::image
