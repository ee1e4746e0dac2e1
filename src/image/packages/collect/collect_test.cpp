#include <gtest/gtest.h>

#include "image/packages/collect/package_collector.hpp"
#include "image/packages/collect/path.hpp"

namespace yagura::image {
namespace {

TEST(PackagePath, KnowsTheDirectoriesAboveAFile) {
  EXPECT_TRUE(is_below("a/node_modules/b/package.json", "node_modules"));
  EXPECT_TRUE(is_below("node_modules/b", "node_modules"));
  EXPECT_FALSE(is_below("a/my_node_modules/b", "node_modules"));
  EXPECT_FALSE(is_below("a/node_modules2/b", "node_modules"));
  EXPECT_FALSE(is_below("a/node_modules", "node_modules"));
}

TEST(PackagePath, JoinsWithoutLeavingTheRoot) {
  EXPECT_EQ(joined_path("usr/lib/python3", "../../bin/x"), "usr/bin/x");
  EXPECT_EQ(joined_path("usr/lib", "./a//b"), "usr/lib/a/b");
  EXPECT_EQ(joined_path("usr/lib", "/opt/x"), "opt/x");
  EXPECT_EQ(joined_path("usr", "../../etc/passwd"), std::nullopt);
  EXPECT_EQ(joined_path("usr", ".."), std::nullopt);
  EXPECT_EQ(joined_path("usr", std::string_view("a\0b", 3)), std::nullopt);
}

TEST(PackagePath, ReadsLinesOfBothKinds) {
  std::string_view text = "a\r\n\nb";
  EXPECT_EQ(next_line(text), "a");
  EXPECT_EQ(next_line(text), "");
  EXPECT_EQ(next_line(text), "b");
  EXPECT_EQ(next_line(text), std::nullopt);
}

TEST(PackageCollector, KeepsEachPackageOnce) {
  FileFacts facts;
  PackageCollector collector(facts, PackageType::kNpm, PackageEvidence::kLocked);
  EXPECT_TRUE(collector.add("a", "1", true).is_new);
  EXPECT_TRUE(collector.add("b", "1", true).is_new);
  EXPECT_FALSE(collector.add("a", "1", false).is_new);
  EXPECT_FALSE(collector.add("a", "1", true).is_new);
  ASSERT_EQ(facts.packages.size(), 2U);
  EXPECT_FALSE(facts.packages[0].development) << "something needs it to run";
  EXPECT_TRUE(facts.packages[1].development);
  EXPECT_TRUE(facts.problems.empty());
}

TEST(PackageCollector, BoundsCountsAndTexts) {
  FileFacts facts;
  PackageCollector collector(facts, PackageType::kNpm, PackageEvidence::kLocked);
  EXPECT_EQ(collector.add("", "1").package, nullptr);
  EXPECT_EQ(collector.add(std::string(2000, 'a'), "1").package, nullptr);
  EXPECT_EQ(collector.add("a", std::string(2000, '1')).package, nullptr);
  EXPECT_EQ(facts.problems.size(), 3U);
  for (std::size_t i = 0; i < PackageCollector::kMaxPackages + 5; ++i) {
    collector.add("p" + std::to_string(i), "1");
  }
  EXPECT_EQ(facts.packages.size(), PackageCollector::kMaxPackages);
  EXPECT_EQ(facts.problems.size(), 4U) << "said once";
  for (int i = 0; i < 100; ++i) collector.problem("line\nend");
  EXPECT_EQ(facts.problems.size(), PackageCollector::kMaxProblems);
  EXPECT_EQ(facts.problems[5].find('\n'), std::string::npos);
}

TEST(PackageCollector, KeepsNamesOfLicensesAlone) {
  Package package;
  add_license(package, " MIT\n");
  add_license(package, "MIT");
  add_license(package, "UNKNOWN");
  add_license(package, "Permission is\nhereby granted");
  add_license(package, std::string(300, 'x'));
  EXPECT_EQ(package.licenses, std::vector<std::string>{"MIT"});
}

}  // namespace
}  // namespace yagura::image
