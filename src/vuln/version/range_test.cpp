#include "vuln/version/range.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace yagura::vuln {
namespace {

struct Case {
  Scheme scheme;
  std::string_view range;
  std::string_view in;  // blank-separated versions
  std::string_view out;
};

void expect_each(const Case& c, std::string_view versions, bool expected) {
  while (!versions.empty()) {
    const auto blank = versions.find(' ');
    const std::string_view version = versions.substr(0, blank);
    versions = blank == std::string_view::npos ? std::string_view() : versions.substr(blank + 1);
    const auto holds = satisfies(c.scheme, version, c.range);
    ASSERT_TRUE(holds.has_value()) << c.range;
    EXPECT_EQ(*holds, expected) << version << " in " << c.range;
  }
}

TEST(VersionRange, TakesWhatTheEcosystemTakes) {
  constexpr Case kCases[] = {
      {Scheme::kNpm, "^1.2.3", "1.2.3 1.9.0", "1.2.2 2.0.0 2.0.0-rc.1 1.2.3-beta"},
      {Scheme::kNpm, "^0.2.3", "0.2.3 0.2.9", "0.3.0 0.2.2"},
      {Scheme::kNpm, "^0.0.3", "0.0.3", "0.0.4 0.1.0"},
      {Scheme::kNpm, "^0.0", "0.0.0 0.0.9", "0.1.0"},
      {Scheme::kNpm, "^0", "0.9.1", "1.0.0"},
      {Scheme::kNpm, "~1.2.3", "1.2.3 1.2.10", "1.3.0 1.2.2"},
      {Scheme::kNpm, "~1", "1.0.0 1.9.9", "2.0.0"},
      {Scheme::kNpm, "1.2", "1.2.0 1.2.7", "1.3.0 1.1.9"},
      {Scheme::kNpm, "1.x || >=2.5.0 || 5.0.0 - 7.2.3", "1.0.0 2.5.0 6.1.0 9.0.0", "2.4.9"},
      {Scheme::kNpm, ">1.2", "1.3.0", "1.2.9"},
      {Scheme::kNpm, "<=1.2", "1.2.9", "1.3.0"},
      {Scheme::kNpm, "1.2 - 2.3", "1.2.0 2.3.9", "2.4.0 1.1.0"},
      {Scheme::kNpm, "", "1.0.0 0.0.1-a", ""},
      {Scheme::kNpm, "*", "1.0.0", ""},
      {Scheme::kNpm, "< 2.0.0, >= 1.0.0", "1.0.0 1.9.0 2.0.0-rc.1", "2.0.0 0.9.0"},
      {Scheme::kCargo, "1.2", "1.2.0 1.9.0", "2.0.0 1.1.9"},
      {Scheme::kCargo, "=1.2.3", "1.2.3", "1.2.4"},
      {Scheme::kCargo, ">=1.2, <1.5", "1.4.9", "1.5.0"},
      {Scheme::kCargo, "1.*", "1.9.0", "2.0.0"},
      {Scheme::kPackagist, "~1.2", "1.2.0 1.9", "2.0.0 1.1.9"},
      {Scheme::kPackagist, "~1.2.3|^2.1", "1.2.3 1.2.9 2.1.0 2.9.1", "1.3.0 2.0.9 3.0.0"},
      {Scheme::kPackagist, "1.2.*", "1.2.0 1.2.9", "1.3.0"},
      {Scheme::kRubygems, "~> 1.2.3", "1.2.3 1.2.9", "1.3 1.3.0.pre 1.2.2"},
      {Scheme::kRubygems, "~> 2.2, != 2.2.5", "2.2.4 2.9", "3.0 2.2.5 2.1"},
      {Scheme::kRubygems, "~> 1", "1.9", "2.0"},
      {Scheme::kSemver, "~> 1.2.3", "1.2.4", "1.3.0"},
      {Scheme::kMaven, "[1.0,2.0)", "1.0 1.9 2.0-SNAPSHOT", "2.0 0.9"},
      {Scheme::kMaven, "(,1.0],[1.2,)", "1.0 0.1 1.2 9", "1.1"},
      {Scheme::kMaven, "[1.5]", "1.5.0", "1.5.1"},
      {Scheme::kMaven, "< 2.17.1", "2.17.0", "2.17.1"},
      {Scheme::kNuget, "1.2", "1.2.0 9.0", "1.1.9"},
      {Scheme::kNuget, "(1.0,2.0]", "1.0.1 2.0", "1.0"},
      {Scheme::kPypi, "~=1.4.5", "1.4.5 1.4.9", "1.5.0 1.4.4"},
      {Scheme::kPypi, "~=2.2", "2.2 2.9", "3.0 2.1"},
      {Scheme::kPypi, "==1.1.*", "1.1 1.1.post1 1.1a1", "1.2 1.10"},
      {Scheme::kPypi, "!=1.1.*, >=1.0", "1.0 1.2", "1.1.3 0.9"},
      {Scheme::kPypi, "<1.7", "1.6.9 1.6rc1", "1.7 1.7rc1 1.7.dev1"},
      {Scheme::kPypi, ">1.7", "1.7.1 1.8a1", "1.7.0.post1 1.7+local 1.7"},
      {Scheme::kPypi, ">1.7.post1", "1.7.post2", "1.7.post1"},
      {Scheme::kPypi, "==1.7", "1.7 1.7.0 1.7+ubuntu1", "1.7.1"},
      {Scheme::kPypi, "==1.7+ubuntu.1", "1.7+ubuntu-1", "1.7"},
      {Scheme::kPypi, "===1.0.weird", "1.0.Weird", "1.0"},
      {Scheme::kDebian, "<< 1:2.0-1", "2.0-1 1:2.0-1~deb12u1", "1:2.0-1"},
      {Scheme::kRpm, ">= 1.0-1, < 1.0-5.el9", "1.0-4.el9", "1.0-5.el9 1.0-0"},
  };
  for (const Case& c : kCases) {
    expect_each(c, c.in, true);
    expect_each(c, c.out, false);
  }
}

TEST(VersionRange, SaysNothingOfWhatIsNoRange) {
  EXPECT_FALSE(satisfies(Scheme::kMaven, "1", "[1,2").has_value());
  EXPECT_FALSE(satisfies(Scheme::kMaven, "1", "[1,2) and more").has_value());
  EXPECT_FALSE(satisfies(Scheme::kPypi, "1", "~=1").has_value());
  EXPECT_FALSE(satisfies(Scheme::kPypi, "1", ">=1.*").has_value());
  EXPECT_FALSE(satisfies(Scheme::kNpm, "1.0.0", ">=").has_value());
  EXPECT_FALSE(satisfies(Scheme::kNpm, "1.0.0", "<=> 1").has_value());
  EXPECT_FALSE(satisfies(Scheme::kDebian, "1.0.0", "").has_value());
}

TEST(VersionRange, EndsAtItsLimit) {
  EXPECT_TRUE(satisfies(Scheme::kNpm, "1.0.0", std::string(4095, ' ') + "1").has_value());
  std::string many;
  while (many.size() <= 4096) many += "1.0.0||";
  EXPECT_FALSE(satisfies(Scheme::kNpm, "1.0.0", many).has_value());
}

}  // namespace
}  // namespace yagura::vuln
