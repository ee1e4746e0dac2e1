#include "image/packages/golang/build_info.hpp"

#include <gtest/gtest.h>

#include <string>

#include "image/packages/golang/go_version.hpp"
#include "image/packages/golang/golang_analyzer.hpp"

namespace yagura::image {
namespace {

std::string number(std::uint64_t value, unsigned size, bool big) {
  std::string out;
  for (unsigned i = 0; i < size; ++i) {
    out.push_back(static_cast<char>(value >> (8 * (big ? size - 1 - i : i))));
  }
  return out;
}
void put(std::string& out, std::size_t at, std::string_view text) {
  if (out.size() < at + text.size()) out.resize(at + text.size());
  out.replace(at, text.size(), text);
}
std::string marked(std::string_view modules) {
  return std::string(16, '\x30') + std::string(modules) + std::string(16, '\xf9');
}

// An ELF program with one writable segment at 0x10000, which holds `data` from offset 0x200 on.
std::string program(std::string_view data, unsigned word, bool big) {
  std::string elf(
      "\x7f"
      "ELF");
  elf.push_back(word == 8 ? 2 : 1);
  elf.push_back(big ? 2 : 1);
  elf.push_back(1);
  elf.resize(0x200);
  const bool wide = word == 8;
  put(elf, 16, number(2, 2, big));
  put(elf, wide ? 32 : 28, number(0x40, word, big));
  put(elf, wide ? 54 : 42, number(wide ? 56 : 32, 2, big) + number(1, 2, big));
  const auto field = [&](std::size_t at, std::uint64_t value, unsigned size) {
    put(elf, 0x40 + at, number(value, size, big));
  };
  field(0, 1, 4);
  field(wide ? 4 : 24, 6, 4);
  field(wide ? 8 : 4, 0x200, word);
  field(wide ? 16 : 8, 0x10000, word);
  field(wide ? 32 : 16, data.size(), word);
  elf += data;
  return elf;
}

// From Go 1.18 on.
std::string inline_form(std::string_view version, std::string_view modules) {
  std::string data(32, '\0');  // something before it, so that it has to be looked for
  data += "\xff Go buildinf:";
  data += std::string("\x08\x02", 2) + std::string(16, '\0');
  const std::string text = marked(modules);
  data += static_cast<char>(version.size());
  data += version;
  data += static_cast<char>(0x80 | (text.size() & 0x7f));
  data += static_cast<char>(text.size() >> 7);
  return data + text;
}

// Before.
std::string pointer_form(std::string_view version, std::string_view modules, unsigned word,
                         bool big) {
  std::string data = "\xff Go buildinf:";
  data.push_back(static_cast<char>(word));
  data.push_back(big ? 1 : 0);
  data += number(0x10040, word, big) + number(0x10060, word, big);
  const std::string text = marked(modules);
  put(data, 0x40, number(0x10080, word, big) + number(version.size(), word, big));
  put(data, 0x60, number(0x10100, word, big) + number(text.size(), word, big));
  put(data, 0x80, version);
  put(data, 0x100, text);
  return data;
}

constexpr std::string_view kModules =
    "path\texample.org/app/cmd/app\n"
    "mod\texample.org/app\t(devel)\t\n"
    "dep\tgithub.com/a/b\tv1.2.3\th1:x=\n"
    "dep\tgithub.com/old/c\tv2.0.0\n"
    "=>\tgithub.com/new/c\tv2.1.0\th1:y=\n"
    "dep\tgithub.com/d/d\tv0.1.0\n"
    "=>\t./local\t\n"
    "build\tvcs=git\n"
    "build\tvcs.revision=0123456789abcdef0123456789abcdef01234567\n";

constexpr std::string_view kTold =
    "stdlib@1.17.5 example.org/app@(devel)#0123 github.com/a/b@v1.2.3 github.com/new/c@v2.1.0 "
    "github.com/d/d@(devel) ";

FileFacts facts_of(std::string elf) {
  elf.resize(std::max<std::size_t>(elf.size(), 100'000));
  const FileEntry file{.path = "usr/bin/app", .size = elf.size()};
  const GolangAnalyzer analyzer;
  EXPECT_TRUE(analyzer.wants(file, elf.substr(0, 4096)));
  FileFacts facts;
  analyzer.analyze(file, MemoryContent(elf), facts);
  return facts;
}

std::string told(const FileFacts& facts) {
  std::string out;
  for (const Package& package : facts.packages) {
    EXPECT_EQ(package.evidence, PackageEvidence::kBinary);
    out += package.name + "@" + package.version;
    if (!package.revision.empty()) out += "#" + package.revision.substr(0, 4);
    out += " ";
  }
  for (const std::string& problem : facts.problems) out += "! " + problem;
  return out;
}

TEST(GoBuildInfo, BothFormsAllWordSizesAndOrdersTellTheSame) {
  for (const unsigned word : {4U, 8U}) {
    for (const bool big : {false, true}) {
      EXPECT_EQ(told(facts_of(program(inline_form("go1.17.5", kModules), word, big))), kTold);
      EXPECT_EQ(told(facts_of(program(pointer_form("go1.17.5", kModules, word, big), word, big))),
                kTold)
          << word << big;
    }
  }
}

TEST(GoBuildInfo, AStampedVersionCountsElseThatOfLinkerFlags) {
  EXPECT_EQ(told(facts_of(
                program(inline_form("go1.24.0", "path\ta\nmod\ta\tv1.2.3+dirty\t\n"), 8, false))),
            "stdlib@1.24.0 a@v1.2.3+dirty ");
  EXPECT_EQ(
      told(facts_of(program(
          inline_form("go1.22.3",
                      "path\ta\nmod\ta\t(devel)\t\nbuild\t-ldflags=\"-s -X main.version=1.2.3\"\n"),
          8, false))),
      "stdlib@1.22.3 a@v1.2.3 ");
}

TEST(GoBuildInfo, GoProgramsThatTellNothingAreSaidToBe) {
  std::string code("\xff Go build ID: \"abc\"");
  std::string silent = program(code, 8, false);
  put(silent, 0x44, number(5, 4, false));  // readable, executable
  EXPECT_EQ(told(facts_of(silent)),
            "! a Go program without build information: its modules are not known");
  EXPECT_EQ(
      told(facts_of(program(inline_form("go1.19.8", "path\tgithub.com/x/y\n"), 8, false))),
      "stdlib@1.19.8 ! a Go program that was built without modules: what it is made of is not "
      "known");
  EXPECT_EQ(
      told(facts_of(program(inline_form("go1.19.8", "path\tcommand-line-arguments\n"), 8, false))),
      "stdlib@1.19.8 ");
  EXPECT_EQ(told(facts_of(program("nothing of Go", 8, false))), "");
}

TEST(GoBuildInfo, PointersAndLengthsOutOfTheFileAreNothing) {
  std::string data = pointer_form("go1.17.5", kModules, 8, false);
  put(data, 0x48, number(~std::uint64_t{0}, 8, false));
  EXPECT_EQ(told(facts_of(program(data, 8, false))), "");
  data = inline_form("go1.17.5", kModules);
  data[64] = '\x7f';
  data.resize(80);
  const std::string bytes = program(data, 8, false);
  const auto objects = read_objects(bytes);
  ASSERT_EQ(objects.size(), 1U);
  EXPECT_FALSE(read_go_build_info(objects[0]));
}

TEST(GoBuildInfo, KeepsABoundedNumberOfModules) {
  std::string modules = "path\ta\n";
  for (std::size_t i = 0; i < kMaxGoModules + 10; ++i)
    modules += "dep\ta" + std::to_string(i) + "\tv1.0.0\n";
  const std::string bytes = program(pointer_form("go1.17.5", modules, 8, false), 8, false);
  const auto objects = read_objects(bytes);
  ASSERT_EQ(objects.size(), 1U);
  const auto info = read_go_build_info(objects[0]);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->dependencies.size(), kMaxGoModules);
}

TEST(GoVersion, ReleasesAreSemanticVersions) {
  EXPECT_EQ(semantic_go_version("go1.22.3"), "1.22.3");
  EXPECT_EQ(semantic_go_version("go1.21"), "1.21.0");
  EXPECT_EQ(semantic_go_version("go1.21rc2"), "1.21.0-rc.2");
  EXPECT_EQ(semantic_go_version("go1.18beta1"), "1.18.0-beta.1");
  EXPECT_EQ(semantic_go_version("go1.19.8 X:nocoverageredesign"), "1.19.8");
  EXPECT_EQ(semantic_go_version("go1.22.5 (Red Hat 1.22.5-1.el9)"), "1.22.5");
  EXPECT_EQ(semantic_go_version("go1.20.7b7"), "1.20.7");
  EXPECT_EQ(semantic_go_version("devel go1.23-36a1c1a Tue"), "1.23.0-devel");
  EXPECT_EQ(semantic_go_version("devel +36a1c1a"), "");
  EXPECT_EQ(semantic_go_version("gc"), "");
}

TEST(GoVersion, LinkerFlagsNameAReleaseOfTheMainModuleOnly) {
  EXPECT_EQ(version_of_linker_flags("-s -w -X main.version=v1.2.3", "a"), "v1.2.3");
  EXPECT_EQ(version_of_linker_flags("-X 'a/pkg/build.GitVersion=1.2.3-rc.1'", "a"), "v1.2.3-rc.1");
  EXPECT_EQ(version_of_linker_flags("-X=main.Version=1.2.3", "a"), "v1.2.3");
  EXPECT_EQ(version_of_linker_flags("-X b/pkg.version=1.2.3", "a"), "");
  EXPECT_EQ(version_of_linker_flags("-X ab.version=1.2.3", "a"), "");
  EXPECT_EQ(version_of_linker_flags("-X main.version=abcdef -X main.goVersion=1.2.3", "a"), "");
  EXPECT_EQ(version_of_linker_flags("-X", "a"), "");
}

TEST(GolangAnalyzer, WantsProgramsAndGoMod) {
  const GolangAnalyzer analyzer;
  EXPECT_TRUE(analyzer.wants({.path = "app/go.mod", .size = 10}, "module a"));
  EXPECT_FALSE(analyzer.wants({.path = "root/go/pkg/mod/a@v1/go.mod", .size = 10}, "module a"));
  EXPECT_FALSE(analyzer.wants({.path = "app/vendor/a/go.mod", .size = 10}, "module a"));
  EXPECT_FALSE(analyzer.wants({.path = "bin/sh", .size = 1'000'000}, std::string(4096, '#')));
}

}  // namespace
}  // namespace yagura::image
