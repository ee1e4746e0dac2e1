#include "policy/library/kubernetes/semantic_version.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace yagura::policy {
namespace {

std::optional<SemanticVersion> strict(std::string_view text) {
  return SemanticVersion::parse(text, SemverNormalize::kNo);
}

TEST(SemanticVersion, TakesThreeNumbersPreReleaseAndBuild) {
  const auto version = strict("1.20.300-alpha.1+exp.sha-5114f85");
  ASSERT_TRUE(version.has_value());
  EXPECT_EQ(version->major, 1U);
  EXPECT_EQ(version->minor, 20U);
  EXPECT_EQ(version->patch, 300U);
  EXPECT_EQ(version->pre_release, "alpha.1");
  EXPECT_EQ(version->build, "exp.sha-5114f85");
  EXPECT_EQ(version->to_string(), "1.20.300-alpha.1+exp.sha-5114f85");
  EXPECT_TRUE(strict("1.0.0+001").has_value());
}

TEST(SemanticVersion, RefusesAllElse) {
  for (const std::string_view text : {"",
                                      "1",
                                      "1.0",
                                      "v1.0.0",
                                      "01.0.0",
                                      "1.00.0",
                                      "1.0.00",
                                      "1.0.0.0",
                                      "1.0.0-",
                                      "1.0.0+",
                                      "1.0.0-01",
                                      "1.0.0-a..b",
                                      "1.0.0-a_b",
                                      "1.0.0+a_b",
                                      "-1.0.0",
                                      "a.b.c",
                                      "1.0.0 ",
                                      "200K",
                                      "18446744073709551616.0.0",
                                      "1.0.0-18446744073709551616"}) {
    EXPECT_FALSE(strict(text).has_value()) << text;
    std::string problem;
    EXPECT_FALSE(SemanticVersion::parse(text, SemverNormalize::kNo, &problem).has_value());
    EXPECT_FALSE(problem.empty()) << text;
  }
}

TEST(SemanticVersion, NormalizeAddsDropsAndStrips) {
  const auto lenient = [](std::string_view text) {
    const auto version = SemanticVersion::parse(text, SemverNormalize::kYes);
    return version ? version->to_string() : std::string("none");
  };
  EXPECT_EQ(lenient("v1.0.0"), "1.0.0");
  EXPECT_EQ(lenient("1"), "1.0.0");
  EXPECT_EQ(lenient("v1.2"), "1.2.0");
  EXPECT_EQ(lenient("01.01.01"), "1.1.1");
  EXPECT_EQ(lenient("01.00.000-rc.1"), "1.0.0-rc.1");
  EXPECT_EQ(lenient("1.2-rc.1"), "none");  // a short version takes no pre-release
  EXPECT_EQ(lenient("1+a"), "none");
  EXPECT_EQ(lenient("vv1.0.0"), "none");
  EXPECT_EQ(lenient("V1.0.0"), "none");
  EXPECT_EQ(lenient(" 1.0.0"), "none");
}

// semver.org, section 11.
TEST(SemanticVersion, Precedence) {
  const std::vector<std::string_view> ascending = {
      "1.0.0-1",     "1.0.0-2",       "1.0.0-11",
      "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta",
      "1.0.0-beta",  "1.0.0-beta.2",  "1.0.0-beta.11",
      "1.0.0-rc.1",  "1.0.0",         "1.0.1",
      "1.1.0",       "2.0.0"};
  for (std::size_t i = 0; i < ascending.size(); ++i) {
    for (std::size_t j = 0; j < ascending.size(); ++j) {
      EXPECT_EQ(*strict(ascending[i]) <=> *strict(ascending[j]),
                static_cast<int>(i) - static_cast<int>(j) <=> 0)
          << ascending[i] << " " << ascending[j];
    }
  }
  EXPECT_EQ(*strict("1.0.0+a"), *strict("1.0.0+b"));
}

}  // namespace
}  // namespace yagura::policy
