#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "kube/edit.hpp"

namespace yagura::kube {
namespace {

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1);
    lines.emplace_back(text.substr(0, end + 1));
    text.remove_prefix(end + 1);
  }
  return lines;
}

// What `patch` makes of `before`: a second opinion on the writer, strict about context and counts.
std::string patched(std::string_view before, std::string_view diff) {
  const auto old_lines = lines_of(before);
  auto hunks = lines_of(diff);
  std::string out;
  std::size_t at = 0;
  for (std::size_t i = 2; i < hunks.size();) {
    unsigned long start = 0;
    unsigned long count = 1;
    const int read = std::sscanf(hunks[i].c_str(), "@@ -%lu,%lu", &start, &count);
    EXPECT_GE(read, 1) << hunks[i];
    if (read == 1) count = 1;
    const std::size_t begin = count == 0 ? start : start - 1;
    while (at < begin) out += old_lines.at(at++);
    for (++i; i < hunks.size() && !hunks[i].starts_with("@@"); ++i) {
      std::string body = hunks[i].substr(1);
      if (i + 1 < hunks.size() && hunks[i + 1].starts_with("\\ ")) body.pop_back();
      if (hunks[i][0] == '\\') continue;
      if (hunks[i][0] != '+') {
        EXPECT_EQ(old_lines.at(at++), body);
      }
      if (hunks[i][0] != '-') out += body;
    }
  }
  while (at < old_lines.size()) out += old_lines[at++];
  return out;
}

TEST(UnifiedDiff, ShowsAChangeWithThreeLinesAround) {
  EXPECT_EQ(unified_diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n", "a.yaml"),
            "--- a/a.yaml\n+++ b/a.yaml\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
}

TEST(UnifiedDiff, IsEmptyForEqualTexts) { EXPECT_EQ(unified_diff("a\n", "a\n", "x"), ""); }

TEST(UnifiedDiff, NamesAMissingLineEnd) {
  EXPECT_EQ(unified_diff("a", "a\n", "x"),
            "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n");
}

TEST(UnifiedDiff, CountsFromNothingAndToNothing) {
  EXPECT_EQ(unified_diff("", "a\nb\n", "x"), "--- a/x\n+++ b/x\n@@ -0,0 +1,2 @@\n+a\n+b\n");
  EXPECT_EQ(unified_diff("a\n", "", "x"), "--- a/x\n+++ b/x\n@@ -1 +0,0 @@\n-a\n");
}

TEST(UnifiedDiff, JoinsNearChangesAndParts) {
  const std::string diff = unified_diff("1\na\n2\n3\n4\n5\n6\n7\nb\n8\n9\n0\n1\n2\n3\n4\nc\n",
                                        "1\nA\n2\n3\n4\n5\n6\n7\nB\n8\n9\n0\n1\n2\n3\n4\nC\n", "x");
  EXPECT_EQ(std::ranges::count(diff, '@'), 8) << diff;
}

TEST(UnifiedDiff, PatchesAnythingIntoAnything) {
  std::mt19937 random(7);
  for (int round = 0; round < 400; ++round) {
    const auto make = [&] {
      std::string text;
      const auto count = random() % 40;
      for (unsigned long i = 0; i < count; ++i)
        text += std::string(1, static_cast<char>('a' + random() % 5)) + "\n";
      if (random() % 3 == 0 && !text.empty()) text.pop_back();
      return text;
    };
    const std::string before = make();
    const std::string after = make();
    if (before == after) continue;
    EXPECT_EQ(patched(before, unified_diff(before, after, "x")), after) << before << "\n=>\n"
                                                                        << after;
  }
}

TEST(UnifiedDiff, GivesUpTheShortestWayWhenMuchDiffers) {
  std::string before;
  std::string after;
  for (int i = 0; i < 6000; ++i) {
    before += "old " + std::to_string(i) + "\n";
    after += "new " + std::to_string(i * 7) + "\n";
    if (i % 10 == 0) {
      before += "same " + std::to_string(i) + "\n";
      after += "same " + std::to_string(i) + "\n";
    }
  }
  EXPECT_EQ(patched(before, unified_diff(before, after, "x")), after);
}

}  // namespace
}  // namespace yagura::kube
