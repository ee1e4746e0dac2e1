#include "image/tar/path.hpp"

#include <gtest/gtest.h>

#include <string>

namespace yagura::image {
namespace {

TEST(NormalisePath, KeepsInsideTheRoot) {
  struct Case {
    std::string_view path;
    PathVerdict verdict;
    std::string_view out;
  };
  const Case cases[] = {
      {"etc/passwd", PathVerdict::kFine, "etc/passwd"},
      {"/etc/passwd", PathVerdict::kFine, "etc/passwd"},
      {"./etc//./passwd/", PathVerdict::kFine, "etc/passwd"},
      {"./", PathVerdict::kFine, ""},
      {"", PathVerdict::kFine, ""},
      {"a/...", PathVerdict::kFine, "a/..."},
      {"a/..b", PathVerdict::kFine, "a/..b"},
      {"a/../b", PathVerdict::kParent, "b"},
      {"a/b/../../c", PathVerdict::kParent, "c"},
      {"a/..", PathVerdict::kParent, ""},
      {"../etc/passwd", PathVerdict::kEscapes, ""},
      {"/../etc", PathVerdict::kEscapes, ""},
      {"a/../../b", PathVerdict::kEscapes, ""},
      {std::string_view("a\0b", 3), PathVerdict::kNul, ""},
      {"1234567890123456789012345678901", PathVerdict::kTooLong, ""},
      {"1/2/3/4/5", PathVerdict::kTooDeep, ""},
      {"1/2/3/4", PathVerdict::kFine, "1/2/3/4"},
  };
  for (const Case& test : cases) {
    std::string out;
    const PathVerdict verdict = normalise_path(test.path, {.max_bytes = 30, .max_depth = 4}, out);
    EXPECT_EQ(to_string(verdict), to_string(test.verdict)) << test.path;
    if (verdict == PathVerdict::kFine || verdict == PathVerdict::kParent) {
      EXPECT_EQ(out, test.out) << test.path;
    }
  }
}

}  // namespace
}  // namespace yagura::image
