#include "sensor/enforce/compile/watched.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

namespace yagura::sensor::enforce {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

WatchedNetworks list_of(std::string name, std::initializer_list<const char*> networks) {
  WatchedNetworks list{.name = std::move(name), .networks = {}};
  for (const char* network : networks) list.networks.push_back(*parse_cidr(network));
  return list;
}

std::vector<std::uint32_t> find(const WatchedLines& lines, const char* address) {
  return lines.lists_of(parse_cidr(address)->address);
}

const std::uint32_t kBad = watch_list_number("bad");
const std::uint32_t kWorse = watch_list_number("worse");

TEST(WatchedLines, SayWhichListsHoldAnAddress) {
  const WatchedNetworks lists[] = {
      list_of("bad", {"192.0.2.0/24", "2001:db8::/32", "255.255.255.255", "0.0.0.0"}),
      list_of("worse", {"192.0.2.7", "198.51.100.1", "2001:db8::7"})};
  const auto lines = WatchedLines::make(lists);
  ASSERT_TRUE(lines.has_value()) << lines.error().message;
  EXPECT_THAT(find(*lines, "192.0.2.6"), ElementsAre(kBad));
  EXPECT_THAT(find(*lines, "192.0.2.7"), ElementsAre(kBad, kWorse));
  EXPECT_THAT(find(*lines, "192.0.2.8"), ElementsAre(kBad));
  EXPECT_THAT(find(*lines, "192.0.1.255"), IsEmpty());
  EXPECT_THAT(find(*lines, "192.0.3.0"), IsEmpty());
  EXPECT_THAT(find(*lines, "198.51.100.1"), ElementsAre(kWorse));
  EXPECT_THAT(find(*lines, "198.51.100.2"), IsEmpty());
  EXPECT_THAT(find(*lines, "0.0.0.0"), ElementsAre(kBad));
  EXPECT_THAT(find(*lines, "0.0.0.1"), IsEmpty());
  EXPECT_THAT(find(*lines, "255.255.255.255"), ElementsAre(kBad));
  EXPECT_THAT(find(*lines, "2001:db8::7"), ElementsAre(kBad, kWorse));
  EXPECT_THAT(find(*lines, "2001:db8:ffff::"), ElementsAre(kBad));
  EXPECT_THAT(find(*lines, "2001:db9::"), IsEmpty());
  EXPECT_THAT(find(*lines, "::"), IsEmpty());
}

TEST(WatchedLines, OfNothingAreNone) {
  const auto lines = WatchedLines::make({});
  ASSERT_TRUE(lines.has_value());
  EXPECT_TRUE(lines->is_empty());
  EXPECT_THAT(find(*lines, "192.0.2.7"), IsEmpty());
}

TEST(WatchedLines, RefuseAnAddressInTooManyLists) {
  std::vector<WatchedNetworks> lists;
  for (int i = 0; i < YGR_MAX_LISTS_OF_ADDRESS; ++i) {
    lists.push_back(list_of("list" + std::to_string(i), {"192.0.2.7"}));
  }
  const auto most = WatchedLines::make(lists);
  ASSERT_TRUE(most.has_value());
  EXPECT_EQ(find(*most, "192.0.2.7").size(), std::size_t{YGR_MAX_LISTS_OF_ADDRESS});
  lists.push_back(list_of("one more", {"192.0.2.0/24"}));
  const auto more = WatchedLines::make(lists);
  ASSERT_FALSE(more.has_value());
  EXPECT_EQ(more.error().code, ErrorCode::kLimitExceeded);
}

// Against a look at every network.
TEST(WatchedLines, AgreeWithASearchOfEverything) {
  std::mt19937 engine(7);
  const auto random = [&] { return static_cast<std::uint32_t>(engine()); };
  std::vector<WatchedNetworks> lists{{.name = "bad", .networks = {}},
                                     {.name = "worse", .networks = {}}};
  const auto any_v4 = [&](unsigned bits) {
    Cidr cidr{.address = {}, .length = static_cast<std::uint8_t>(96 + bits)};
    cidr.address[10] = cidr.address[11] = 0xff;
    std::uint32_t number = random() & (bits == 0 ? 0U : ~0U << (32 - bits));
    for (int i = 15; i >= 12; --i, number >>= 8)
      cidr.address[i] = static_cast<std::uint8_t>(number);
    return cidr;
  };
  for (int i = 0; i < 20'000; ++i) {
    lists[i % 2].networks.push_back(any_v4(i % 10 == 0 ? 8 + random() % 24 : 32));
  }
  const auto lines = WatchedLines::make(lists);
  ASSERT_TRUE(lines.has_value());
  for (int i = 0; i < 2'000; ++i) {
    const Cidr asked = i % 2 == 0 ? any_v4(32) : lists[i % 4 / 2].networks[random() % 10'000];
    std::vector<std::uint32_t> expected;
    for (const auto& list : lists) {
      const Cidr single{.address = asked.address, .length = 128};
      if (std::ranges::any_of(list.networks,
                              [&](const Cidr& cidr) { return cidr.contains(single); })) {
        expected.push_back(watch_list_number(list.name));
      }
    }
    EXPECT_EQ(lines->lists_of(asked.address), expected);
  }
}

}  // namespace
}  // namespace yagura::sensor::enforce
