#include "waf/operator/internal/ip_set.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace yagura::waf::internal {
namespace {

TEST(IpAddress, ReadsWhatInetPtonReadsAndNothingElse) {
  for (const std::string_view good :
       {"0.0.0.0", "255.255.255.255", "::", "::1", "2001:DB8::a", "::ffff:1.2.3.4", "fe80::1"}) {
    EXPECT_TRUE(IpAddress::parse(good).has_value()) << good;
  }
  using namespace std::string_view_literals;
  for (const std::string_view bad :
       {""sv, "1.2.3"sv, "1.2.3.4.5"sv, "256.1.1.1"sv, " 1.2.3.4"sv, "1.2.3.4 "sv, "1.2.3.4\0"sv,
        ":::"sv, "12345::"sv, "fe80::1%eth0"sv, "localhost"sv}) {
    EXPECT_FALSE(IpAddress::parse(bad).has_value()) << bad;
  }
  EXPECT_EQ(IpAddress::parse("1.2.3.4"), IpAddress::parse("::ffff:1.2.3.4"));
}

TEST(IpRange, MasksWhatIsBehindThePrefix) {
  const auto range = IpRange::parse("10.1.2.3/8");
  ASSERT_TRUE(range.has_value());
  EXPECT_EQ(range->first, IpAddress::parse("10.0.0.0"));
  EXPECT_EQ(range->last, IpAddress::parse("10.255.255.255"));
  const auto everything = IpRange::parse("::/0");
  EXPECT_EQ(everything->last, (IpAddress{~0ULL, ~0ULL}));
  for (const std::string_view bad :
       {"10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "/8", "10.0.0.0/8x"}) {
    EXPECT_FALSE(IpRange::parse(bad).has_value()) << bad;
  }
}

TEST(IpSet, MergesRangesThatOverlap) {
  std::vector<IpRange> ranges;
  for (const std::string_view text : {"10.0.0.0/8", "10.1.0.0/16", "192.0.2.1", "10.0.0.0/24"}) {
    ranges.push_back(*IpRange::parse(text));
  }
  EXPECT_EQ(IpSet(ranges).range_count(), 2U);
}

TEST(IpSet, AgreesWithAskingEachRange) {
  std::mt19937 random(1);
  std::vector<IpRange> ranges;
  const auto dotted = [&] {
    return "10." + std::to_string(random() % 4) + "." + std::to_string(random() % 8) + "." +
           std::to_string(random() % 256);
  };
  for (int i = 0; i < 60; ++i) {
    ranges.push_back(*IpRange::parse(dotted() + "/" + std::to_string(22 + random() % 11)));
  }
  const IpSet set(ranges);
  for (int i = 0; i < 5000; ++i) {
    const IpAddress address = *IpAddress::parse(dotted());
    bool expected = false;
    for (const IpRange& range : ranges) {
      expected = expected || (range.first <= address && address <= range.last);
    }
    ASSERT_EQ(set.contains(address), expected);
  }
}

}  // namespace
}  // namespace yagura::waf::internal
