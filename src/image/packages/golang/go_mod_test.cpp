#include "image/packages/golang/go_mod.hpp"

#include <gtest/gtest.h>

#include <string>

namespace yagura::image {
namespace {

std::string told(std::string_view text) {
  FileFacts facts;
  read_go_mod(text, facts);
  std::string out;
  for (const Package& package : facts.packages) out += package.name + "@" + package.version + " ";
  for (const std::string& problem : facts.problems) out += "! " + problem;
  return out;
}

TEST(GoMod, RequiresInLinesAndBlocks) {
  EXPECT_EQ(told("module example.org/app // comment\r\n\ngo 1.22\ntoolchain go1.22.3\n"
                 "require github.com/a/b v1.2.3\n"
                 "require (\n\tgithub.com/c/d/v2 v2.0.0 // indirect\n\t\"gopkg.in/yaml.v3\" "
                 "v3.0.1\n\tgithub.com/e/f v0.0.0-20200101000000-0123456789ab//x\n)\n"),
            "github.com/a/b@v1.2.3 github.com/c/d/v2@v2.0.0 gopkg.in/yaml.v3@v3.0.1 "
            "github.com/e/f@v0.0.0-20200101000000-0123456789ab ");
}

TEST(GoMod, ReplacementsAndExclusions) {
  EXPECT_EQ(told("require (\n a v1.0.0\n b v1.0.0\n c v1.0.0\n d v1.0.0\n e master\n)\n"
                 "replace a => x v9.0.0\n"
                 "replace (\n b v1.0.0 => ../b\n c v2.0.0 => y v1.0.0\n)\n"
                 "exclude d v1.0.0\n"),
            "x@v9.0.0 c@v1.0.0 ");
}

TEST(GoMod, OddLinesAreLeftOut) {
  EXPECT_EQ(
      told("require\nrequire (\na\n)\nreplace => b\nreplace a\nrequire \"a\nretract v1.0.0\n"), "");
  EXPECT_EQ(told(std::string((8U << 20U) + 1, ' ')), "! go.mod: too large");
}

}  // namespace
}  // namespace yagura::image
