#include "kube/sources/gitignore.hpp"

#include <gtest/gtest.h>

#include <string>

namespace yagura::kube {
namespace {

struct Case {
  const char* patterns;
  const char* path;  // a trailing slash: a folder
  bool ignored;
};

// Checked against git 2.39 (git check-ignore).
constexpr Case kCases[] = {
    {"*.yaml", "a.yaml", true},
    {"*.yaml", "x/y/a.yaml", true},
    {"/a.yaml", "a.yaml", true},
    {"/a.yaml", "x/a.yaml", false},
    {"x/a.yaml", "x/a.yaml", true},
    {"x/a.yaml", "y/x/a.yaml", false},
    {"build/", "build/", true},
    {"build/", "build", false},
    {"build/", "x/build/", true},
    {"x/build/", "y/x/build/", false},
    {"**/logs", "a/b/logs", true},
    {"**/logs", "logs", true},
    {"logs/**", "logs/a/b", true},
    {"logs/**", "logs/", false},
    {"a/**/b", "a/b", true},
    {"a/**/b", "a/x/b", true},
    {"a/**/b", "a/x/y/b", true},
    {"a/**/b", "a/xb", false},
    {"a/**/b/**/c", "a/1/b/2/b/3/c", true},
    {"a**b", "axxb", true},
    {"x/a**b", "x/a/b", false},
    {"*.yaml\n!keep.yaml", "keep.yaml", false},
    {"*.yaml\n!keep.yaml", "drop.yaml", true},
    {"!keep.yaml\n*.yaml", "keep.yaml", true},
    {"# a\n\\#a", "#a", true},
    {"# a", "# a", false},
    {"\\!a", "!a", true},
    {"a ", "a", true},
    {"a\\ ", "a ", true},
    {"a\r\nb", "a", true},
    {"\xEF\xBB\xBF"
     "a",
     "a", true},
    {"[a-c].txt", "b.txt", true},
    {"[!a-c].txt", "b.txt", false},
    {"[^a-c].txt", "d.txt", true},
    {"[[:digit:]]x", "7x", true},
    {"[]]x", "]x", true},
    {"[ab", "a", false},
    {"a?c", "abc", true},
    {"x/a?c", "x/a/c", false},
    {"x/*", "x/y", true},
    {"x/*", "x/y/z", false},
    {"/", "a", false},
    {"", "a", false},
    {"foo/*\n!foo/bar", "foo/bar", false},
    {"*", "anything", true},
    {"a\\*b", "a*b", true},
    {"a\\*b", "axb", false},
    {"*a*b*c", "1a2b3c", true},
    {"*a*b*c", "1a2b3", false},
};

TEST(GitIgnore, DecidesAsGitDoes) {
  for (const Case& c : kCases) {
    std::string path = c.path;
    const bool is_directory = path.ends_with('/');
    if (is_directory) path.pop_back();
    EXPECT_EQ(GitIgnoreStack{}.with(GitIgnoreFile(c.patterns), "").ignores(path, is_directory),
              c.ignored)
        << '"' << c.patterns << "\" on " << c.path;
  }
}

TEST(GitIgnore, DeeperFileOverrulesTheOneAbove) {
  const GitIgnoreStack root = GitIgnoreStack{}.with(GitIgnoreFile("*.yaml"), "");
  const GitIgnoreStack deep = root.with(GitIgnoreFile("!a.yaml\n/b.json"), "sub");
  EXPECT_FALSE(deep.ignores("sub/a.yaml", false));
  EXPECT_TRUE(deep.ignores("sub/c.yaml", false));
  EXPECT_TRUE(deep.ignores("sub/b.json", false));
  EXPECT_FALSE(deep.ignores("sub/x/b.json", false));
  EXPECT_TRUE(root.ignores("sub/a.yaml", false));
}

TEST(GitIgnore, ReachedLimitIsTold) {
  EXPECT_TRUE(GitIgnoreFile("aaaa\nb", {.max_file_size = 4}).truncated());
  const GitIgnoreFile few("a\nb\nc", {.max_patterns = 2});
  EXPECT_TRUE(few.truncated());
  EXPECT_EQ(few.judge("c", false), GitIgnoreFile::Verdict::kNone);
  EXPECT_EQ(few.judge("b", false), GitIgnoreFile::Verdict::kIgnored);
  const GitIgnoreFile short_only("aaaaa\nb", {.max_pattern_length = 4});
  EXPECT_TRUE(short_only.truncated());
  EXPECT_EQ(short_only.judge("aaaaa", false), GitIgnoreFile::Verdict::kNone);
  EXPECT_FALSE(GitIgnoreFile("a\nb").truncated());
}

TEST(GitIgnore, ManyStarsTakeNoExponentialTime) {
  std::string pattern = "x";
  std::string path = "x";
  for (int i = 0; i < 300; ++i) {
    pattern += "/**/*a*a*a";
    path += "/aaaaaaaaaaaaaaaa";
  }
  EXPECT_FALSE(matches_path_glob(pattern + "/b", path));
  EXPECT_TRUE(matches_path_glob(pattern, path));
}

}  // namespace
}  // namespace yagura::kube
