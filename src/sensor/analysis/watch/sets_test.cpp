#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>

#include "sensor/analysis/watch/domain_set.hpp"
#include "sensor/analysis/watch/network_set.hpp"

namespace yagura::sensor {
namespace {

WatchedNetwork network(std::string_view ip, std::uint8_t prefix, std::uint16_t list = 0) {
  return {*IpAddress::parse(ip), prefix, list};
}

std::string find(const NetworkSet& set, std::string_view ip) {
  const auto found = set.find(*IpAddress::parse(ip));
  return found ? found->to_string() : "-";
}

TEST(NetworkSet, TheNarrowestWins) {
  NetworkSetBuilder builder;
  builder.add(network("10.0.0.0", 8));
  builder.add(network("10.1.0.0", 16, 1));
  builder.add(network("10.1.2.3", 32, 2));
  builder.add(network("255.255.255.0", 24));
  builder.add(network("2001:db8::", 32));
  builder.add(network("2001:db8::7", 128, 3));
  const NetworkSet set = builder.build();
  EXPECT_EQ(set.size(), 6U);
  EXPECT_EQ(find(set, "10.1.2.3"), "10.1.2.3");
  EXPECT_EQ(find(set, "::ffff:10.1.2.4"), "10.1.0.0/16");
  EXPECT_EQ(find(set, "10.2.0.0"), "10.0.0.0/8");
  EXPECT_EQ(find(set, "10.255.255.255"), "10.0.0.0/8");
  EXPECT_EQ(find(set, "11.0.0.0"), "-");
  EXPECT_EQ(find(set, "9.255.255.255"), "-");
  EXPECT_EQ(find(set, "255.255.255.255"), "255.255.255.0/24");
  EXPECT_EQ(find(set, "2001:db8::7"), "2001:db8::7");
  EXPECT_EQ(find(set, "2001:db8:ffff::"), "2001:db8::/32");
  EXPECT_EQ(find(set, "2001:db9::"), "-");
  EXPECT_EQ(set.find(*IpAddress::parse("10.1.2.3"))->list, 2);
}

TEST(NetworkSet, AgreesWithLookingAtEachNetwork) {
  std::mt19937 random(7);
  NetworkSetBuilder builder;
  std::map<std::pair<std::uint32_t, unsigned>, std::uint16_t> all;
  const auto address = [](std::uint32_t key) {
    const unsigned char bytes[4] = {
        static_cast<unsigned char>(key >> 24), static_cast<unsigned char>(key >> 16),
        static_cast<unsigned char>(key >> 8), static_cast<unsigned char>(key)};
    return IpAddress::v4(bytes);
  };
  const auto mask = [](unsigned prefix) { return ~std::uint32_t{0} << (32 - prefix); };
  for (int i = 0; i < 20'000; ++i) {
    const unsigned prefix = i % 2 == 0 ? 32U : 8 + static_cast<unsigned>(random() % 24);
    const std::uint32_t key = (random() & 0x0fffffffU) & mask(prefix);
    builder.add({address(key), static_cast<std::uint8_t>(prefix), 1});
    all[{key, prefix}] = 1;
  }
  const NetworkSet set = builder.build();
  EXPECT_EQ(set.size(), all.size());
  for (int i = 0; i < 20'000; ++i) {
    const std::uint32_t key = random() & 0x1fffffffU;
    unsigned expected = 0;
    for (unsigned prefix = 32; prefix >= 8 && expected == 0; --prefix) {
      if (all.contains({key & mask(prefix), prefix})) expected = prefix;
    }
    const auto found = set.find(address(key));
    ASSERT_EQ(found ? found->prefix : 0U, expected) << key;
  }
  std::size_t visited = 0;
  set.for_each_network([&](const WatchedNetwork& each) {
    ++visited;
    EXPECT_TRUE(set.find(each.address));
  });
  EXPECT_EQ(visited, all.size());
}

TEST(DomainSet, MatchesItselfBelowOrBoth) {
  DomainSetBuilder builder;
  EXPECT_TRUE(builder.add("exact.example", kDomainItself, 0));
  EXPECT_TRUE(builder.add("below.example", kDomainsBelow, 1));
  EXPECT_TRUE(builder.add("both.example", kDomainItself | kDomainsBelow, 2));
  EXPECT_TRUE(builder.add("deep.both.example", kDomainItself, 3));
  const DomainSet set = builder.build();
  EXPECT_TRUE(set.find("exact.example"));
  EXPECT_FALSE(set.find("www.exact.example"));
  EXPECT_FALSE(set.find("notexact.example"));
  EXPECT_FALSE(set.find("below.example"));
  EXPECT_EQ(set.find("a.b.below.example")->name, "below.example");
  EXPECT_EQ(set.find("both.example")->list, 2);
  EXPECT_EQ(set.find("x.both.example")->list, 2);
  EXPECT_EQ(set.find("deep.both.example")->list, 3) << "the longest";
  EXPECT_EQ(set.find("x.deep.both.example")->list, 2);
  EXPECT_FALSE(set.find("example"));
  EXPECT_FALSE(set.find(""));
  EXPECT_FALSE(set.find(std::string(300, 'a')));
}

TEST(DomainSet, DoublesBelongToTheFirstList) {
  DomainSetBuilder builder;
  builder.add("a.example", kDomainsBelow, 5);
  builder.add("a.example", kDomainItself, 2);
  const DomainSet set = builder.build();
  EXPECT_EQ(set.size(), 1U);
  EXPECT_EQ(set.find("a.example")->list, 2);
  EXPECT_TRUE(set.find("x.a.example"));
}

TEST(DomainSet, RefusesWhatIsNoName) {
  DomainSetBuilder builder;
  for (const char* name : {"", ".", "a..b", ".a", "a.", "A.b", "a b", "\xc3\xa4.example"}) {
    EXPECT_FALSE(builder.add(name, kDomainItself, 0)) << name;
  }
  EXPECT_FALSE(builder.add(std::string(64, 'a') + ".b", kDomainItself, 0));
  EXPECT_EQ(builder.build().size(), 0U);
}

TEST(DomainSet, FindsEachOfManyAndNothingElse) {
  DomainSetBuilder builder;
  std::set<std::string> names;
  std::mt19937 random(11);
  for (int i = 0; i < 50'000; ++i) {
    names.insert("h" + std::to_string(random() % 1'000'000) +
                 (i % 3 == 0 ? ".com" : ".example.net"));
  }
  for (const std::string& name : names) builder.add(name, kDomainItself, 1);
  const DomainSet set = builder.build();
  EXPECT_EQ(set.size(), names.size());
  for (const std::string& name : names) ASSERT_TRUE(set.find(name)) << name;
  std::uint64_t passed = 0;
  for (int i = 0; i < 50'000; ++i) {
    const std::string name = "h" + std::to_string(random() % 1'000'000) + ".com";
    ASSERT_EQ(set.find(name).has_value(), names.contains(name)) << name;
    const auto probes = set.count_probes("n" + name);
    EXPECT_EQ(probes.found, 0U);
    passed += probes.passed;
  }
  EXPECT_LT(passed, 2000U) << "the filter keeps out what is not listed: 100,000 suffixes";
  EXPECT_LT(set.bytes() / set.size(), 24U);
}

}  // namespace
}  // namespace yagura::sensor
