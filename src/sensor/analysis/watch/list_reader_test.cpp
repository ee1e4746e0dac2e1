#include "sensor/analysis/watch/list_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace yagura::sensor {
namespace {

struct Lists {
  NetworkSet networks;
  DomainSet domains;
  ListCounts counts;

  [[nodiscard]] bool has(std::string_view subject) const {
    const auto address = IpAddress::parse(subject);
    return address ? networks.find(*address).has_value() : domains.find(subject).has_value();
  }
};

Lists read(std::string_view text, bool below = false) {
  NetworkSetBuilder networks;
  DomainSetBuilder domains;
  ListReader reader(networks, domains, 0, below);
  const auto counts = reader.read_text(text, "list.txt");
  EXPECT_TRUE(counts) << counts.error().message;
  return {networks.build(), domains.build(), counts.value_or(ListCounts{})};
}

struct Case {
  const char* line;
  std::vector<const char*> listed;
  std::vector<const char*> not_listed;
};

class ListFormats : public ::testing::TestWithParam<Case> {};

TEST_P(ListFormats, SayWhatTheyMean) {
  const Lists lists = read(std::string("# head\r\n") + GetParam().line + "\r\n");
  EXPECT_EQ(lists.counts.skipped, 0U) << lists.counts.first_skipped;
  for (const char* subject : GetParam().listed) EXPECT_TRUE(lists.has(subject)) << subject;
  for (const char* subject : GetParam().not_listed) EXPECT_FALSE(lists.has(subject)) << subject;
}

INSTANTIATE_TEST_SUITE_P(
    Usual, ListFormats,
    ::testing::Values(Case{"192.0.2.7", {"192.0.2.7"}, {"192.0.2.8"}},
                      Case{"192.0.2.0/24 ; SBL1234", {"192.0.2.0", "192.0.2.255"}, {"192.0.3.0"}},
                      Case{"192.0.2.5 - 192.0.2.9 , 000 , remark",
                           {"192.0.2.5", "192.0.2.9"},
                           {"192.0.2.4", "192.0.2.10"}},
                      Case{"192.0.2.7:443", {"192.0.2.7"}, {}},
                      Case{"[2001:db8::7]:443", {"2001:db8::7"}, {"2001:db8::8"}},
                      Case{"2001:db8::/32", {"2001:db8:1::"}, {"2001:db9::"}},
                      Case{"\"192.0.2.7\",\"2026-01-02\",\"evil, really\"", {"192.0.2.7"}, {}},
                      Case{"192.0.2.7,443,evil.example", {"192.0.2.7"}, {"evil.example"}},
                      Case{"evil.example,C2", {"evil.example"}, {"www.evil.example"}},
                      Case{"Evil.Example.  # remark", {"evil.example"}, {}},
                      Case{".evil.example", {"evil.example", "a.evil.example"}, {"xevil.example"}},
                      Case{"*.evil.example", {"a.evil.example"}, {"evil.example"}},
                      Case{"0.0.0.0 evil.example bad.example # remark",
                           {"evil.example", "bad.example"},
                           {"0.0.0.0", "www.evil.example"}},
                      Case{"::1\tevil.example", {"evil.example"}, {"::1"}},
                      Case{"||evil.example^", {"evil.example", "a.evil.example"}, {}},
                      Case{"||evil.example^$third-party", {"evil.example"}, {}},
                      Case{"||192.0.2.7^", {"192.0.2.7"}, {}},
                      Case{"address=/evil.example/0.0.0.0", {"evil.example", "a.evil.example"}, {}},
                      Case{"http://evil.example:8080/a?b", {"evil.example"}, {}},
                      Case{"https://192.0.2.7/x", {"192.0.2.7"}, {}},
                      Case{"! remark", {}, {"remark"}}, Case{"// remark", {}, {"remark"}},
                      Case{"a.evil.example\t2026-01-02", {"a.evil.example"}, {}}));

TEST(ListReader, SkipsAndCountsWhatItDoesNotKnow) {
  const Lists lists = read(
      "localhost\n0.0.0.0/0\n::/0\n10.0.0.0/7\n192.0.2.300\n192.0.2.0/33\n@@||good.example^\n"
      "||ads.example/banner/*\n<html>\n127.0.0.1 localhost\n5.6.7.8 - "
      "1.2.3.4\nid,first\nok.example\n");
  EXPECT_EQ(lists.counts.domains, 1U);
  EXPECT_EQ(lists.counts.networks, 0U);
  EXPECT_EQ(lists.counts.skipped, 12U);
  EXPECT_EQ(lists.counts.first_skipped, "list.txt:1: localhost");
}

TEST(ListReader, BareNamesMayStandForAllBelow) {
  EXPECT_FALSE(read("evil.example").has("a.evil.example"));
  EXPECT_TRUE(read("evil.example", true).has("a.evil.example"));
  const Lists lists = read("0.0.0.0 localhost evil.example\nhttp://com/x\ncom\n.zip\n", true);
  EXPECT_EQ(lists.counts.domains, 2U) << "a single label needs a dot in front";
  EXPECT_TRUE(lists.has("a.zip"));
  EXPECT_FALSE(lists.has("a.com"));
}

TEST(ListReader, ReadsJson) {
  const Lists lists = read(
      R"( ["192.0.2.7", "evil.example", {"ip":"192.0.2.8"}, {"domain":"bad.example","x":1}, 7] )");
  EXPECT_EQ(lists.counts.networks, 2U);
  EXPECT_EQ(lists.counts.domains, 2U);
  EXPECT_EQ(lists.counts.skipped, 1U);
  EXPECT_TRUE(lists.has("192.0.2.8"));
  NetworkSetBuilder networks;
  DomainSetBuilder domains;
  EXPECT_FALSE(ListReader(networks, domains, 0, false).read_text("[\"a.example\"", "x.json"));
  EXPECT_TRUE(read("[2001:db8::7]:80\n").has("2001:db8::7")) << "no array";
}

TEST(ListReader, LongLinesAndByteOrderMarks) {
  const Lists lists = read(
      "\xef\xbb\xbf"
      "a.example\n" +
      std::string(10'000, 'x') + "\nb.example");
  EXPECT_TRUE(lists.has("a.example"));
  EXPECT_TRUE(lists.has("b.example"));
  EXPECT_EQ(lists.counts.skipped, 1U);
}

TEST(ListReader, ARangeIsExactlyItself) {
  const Lists lists = read("192.0.2.1-192.0.2.254");
  EXPECT_EQ(lists.counts.networks, 14U);
  EXPECT_FALSE(lists.has("192.0.2.0"));
  EXPECT_FALSE(lists.has("192.0.2.255"));
  for (int i = 1; i < 255; ++i) EXPECT_TRUE(lists.has("192.0.2." + std::to_string(i)));
}

}  // namespace
}  // namespace yagura::sensor
