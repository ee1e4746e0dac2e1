// Addresses of watch lists, searched in the kernel; for each tier that this is built for.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sensor/enforce/kernel_fixture.hpp"

namespace yagura::sensor::enforce {
namespace {

class WatchLists : public KernelTest {
 protected:
  WatchLists() : KernelTest(YAGURA_TESTED_TIER) {}
};

TEST_F(WatchLists, RefuseTheirAddresses) {
  const Listener listener;
  const auto reached = [&] { return connect_to(listener.port()); };
  WatchedNetworks bad{.name = "bad", .networks = {*parse_cidr("127.0.0.1")}};
  WatchedNetworks other{.name = "other", .networks = {*parse_cidr("127.0.0.0/8")}};
  for (std::uint32_t i = 0; i < 100'000; ++i) {  // so that there is something to search
    Cidr cidr = *parse_cidr("198.18.0.0");
    cidr.address[13] = static_cast<std::uint8_t>(18 + (i >> 16));
    cidr.address[14] = static_cast<std::uint8_t>(i >> 8);
    cidr.address[15] = static_cast<std::uint8_t>(i | 1);
    bad.networks.push_back(cidr);
  }
  apply({"mode: block, network: {egress: {denyWatchLists: [bad]}}"});
  EXPECT_EQ(enforcer_->named_watch_lists(), std::set<std::string>{"bad"});
  EXPECT_EQ(inside(reached), kDone);  // no list is there yet
  const auto set = [&](std::vector<WatchedNetworks> lists) {
    const auto lines = WatchedLines::make(lists);
    ASSERT_TRUE(lines.has_value());
    const auto done = enforcer_->set_watched(*lines);
    ASSERT_TRUE(done.has_value()) << done.error().message;
  };
  set({bad, other});
  EXPECT_EQ(inside(reached), kRefused);
  EXPECT_EQ(inside([&] { return connect_mapped(listener.port()); }), kRefused);
  EXPECT_EQ(inside([] { return send_datagram(53); }), kRefused);
  EXPECT_EQ(outside(reached), kDone);
  const auto seen = verdicts();
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_EQ(seen[0].verdict.action, YGR_BLOCKED);
  EXPECT_EQ(enforcer_->names_of(seen[0].verdict).second, "spec.network.egress.denyWatchLists[bad]");
  set({other});  // which no policy names
  EXPECT_EQ(inside(reached), kDone);
  set({});
  EXPECT_EQ(inside(reached), kDone);
  EXPECT_EQ(verdicts().size(), 0U);
}

TEST_F(WatchLists, DenyWhatIsAllowedOtherwise) {
  const Listener listener;
  apply(
      {"mode: block, network: {egress: {allow: [{cidrs: [127.0.0.0/8]}], denyWatchLists: [bad]}}"});
  const auto reached = [&] { return connect_to(listener.port()); };
  EXPECT_EQ(inside(reached), kDone);
  const WatchedNetworks bad[] = {{.name = "bad", .networks = {*parse_cidr("127.0.0.0/30")}}};
  ASSERT_TRUE(enforcer_->set_watched(*WatchedLines::make(bad)).has_value());
  EXPECT_EQ(inside(reached), kRefused);
  ASSERT_TRUE(enforcer_->set_watched({}).has_value());
  verdicts();
}

}  // namespace
}  // namespace yagura::sensor::enforce
