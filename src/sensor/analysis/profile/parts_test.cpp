#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>

#include "sensor/analysis/facts/testing/event_builder.hpp"
#include "sensor/analysis/profile/capability_use.hpp"
#include "sensor/analysis/profile/feature_table.hpp"
#include "sensor/analysis/profile/peer_table.hpp"
#include "sensor/analysis/profile/profile.hpp"
#include "sensor/analysis/profile/shapes.hpp"

namespace yagura::sensor {
namespace {

using ::testing::ElementsAre;

TEST(Shapes, MachineMadeNamesAreAlike) {
  EXPECT_EQ(shape_of_path("/proc/1234/fd"), "/proc/*/fd");
  EXPECT_EQ(shape_of_path("/tmp/0b1f2a3c-11aa-4711-9a9a-001122334455/x"), "/tmp/*/x");
  EXPECT_EQ(shape_of_path("/var/log/app-20260102.log"), "/var/log/app-*.log");
  EXPECT_EQ(shape_of_path("/usr/lib/python3.11/site-packages"),
            "/usr/lib/python3.11/site-packages");
  EXPECT_EQ(shape_of_path("/usr/lib/deadbeef"), "/usr/lib/deadbeef") << "a word of hex letters";
  EXPECT_EQ(shape_of_path("/x (deleted)"), "/x");
  EXPECT_EQ(shape_of_domain("ip-10123456.eu.example.com"), "ip-*.eu.example.com");
}

TEST(Shapes, PathsAreJoinedAndCleaned) {
  EXPECT_EQ(join_path("/a/b", "../c/./d"), "/a/c/d");
  EXPECT_EQ(join_path("/a", "/../../x"), "/x");
  EXPECT_EQ(join_path("", "x"), "");
  EXPECT_EQ(join_path("", "/"), "/");
  EXPECT_EQ(folder_of("/x"), "/");
  EXPECT_EQ(folder_of("/a/x"), "/a");
  EXPECT_EQ(folder_of("x"), "");
}

TEST(FeatureTable, FindsWhatWasAddedUpToItsLimit) {
  core::Arena arena;
  FeatureTable table(1000);
  for (int i = 0; i < 1100; ++i) {
    EXPECT_EQ(table.add(std::to_string(i), FeatureState::kLearned, 7, arena), i < 1000);
  }
  EXPECT_TRUE(table.is_full());
  for (int i = 0; i < 1000; ++i) EXPECT_NE(table.find(std::to_string(i)), nullptr) << i;
  EXPECT_EQ(table.find("1000"), nullptr);
  EXPECT_EQ(table.learned(), 1000U);
}

Peer outbound(std::string_view ip, std::uint16_t port) {
  return {.address = *IpAddress::parse(ip), .port = port, .protocol = kProtocolTcp};
}

TEST(PeerTable, WidensNetworksUntilTheyFit) {
  PeerTable table(8, 4);
  for (int i = 0; i < 100; ++i) table.add(outbound("203.0.113." + std::to_string(i), 443));
  ASSERT_EQ(table.groups().size(), 1U);
  EXPECT_THAT(table.groups()[0].networks, ElementsAre(*PeerNetwork::parse("203.0.113.0/24")));
  EXPECT_TRUE(table.contains(outbound("203.0.113.250", 443)));
  EXPECT_FALSE(table.contains(outbound("203.0.114.1", 443)));
  EXPECT_FALSE(table.contains(outbound("203.0.113.1", 80)));
  for (int i = 0; i < 250; ++i) table.add(outbound(std::to_string(i + 1) + ".1.1.1", 443));
  EXPECT_TRUE(table.contains(outbound("251.251.251.251", 443))) << "all of IPv4 at last";
  EXPECT_FALSE(table.contains(outbound("2001:db8::1", 443)));
}

TEST(PeerTable, KeepsToItsGroups) {
  PeerTable table(2, 4);
  EXPECT_TRUE(table.add(outbound("10.0.0.1", 1)));
  EXPECT_TRUE(table.add(outbound("10.0.0.1", 2)));
  EXPECT_FALSE(table.add(outbound("10.0.0.1", 3)));
  EXPECT_TRUE(table.is_full());
}

TEST(PeerTable, TextsComeBack) {
  for (const char* text : {"outbound tcp 203.0.113.9 443", "inbound udp 2001:db8::1 53"}) {
    const auto peer = parse_peer_text(text);
    ASSERT_TRUE(peer) << text;
    EXPECT_EQ(peer_text(*peer), text);
  }
  EXPECT_FALSE(parse_peer_text("outbound tcp 203.0.113.9"));
  EXPECT_FALSE(parse_peer_text("sideways tcp 203.0.113.9 1"));
  EXPECT_FALSE(PeerNetwork::parse("10.0.0.0/33"));
  EXPECT_EQ(PeerNetwork::parse("10.1.2.3/8")->to_string(), "10.0.0.0/8");
  EXPECT_EQ(PeerNetwork::parse("2001:db8::1/32")->to_string(), "2001:db8::/32");
}

TEST(Profile, SiblingsBecomeOne) {
  Profile profile("w");
  for (int i = 0; i < 40; ++i) {
    std::ignore = profile.add(FeatureKind::kReadDirectory, "/srv/data/user" + std::to_string(i),
                              FeatureState::kLearned, 1);
    std::ignore = profile.add(FeatureKind::kDomain, "h" + std::to_string(i) + ".cdn.example.net",
                              FeatureState::kLearned, 1);
  }
  EXPECT_TRUE(profile.knows(FeatureKind::kReadDirectory, "/srv/data/other"));
  EXPECT_FALSE(profile.knows(FeatureKind::kReadDirectory, "/srv/other"));
  EXPECT_TRUE(profile.knows(FeatureKind::kDomain, "x.y.example.net"));
  EXPECT_FALSE(profile.knows(FeatureKind::kDomain, "evil-example.net"));
  EXPECT_EQ(profile.table(FeatureKind::kReadDirectory).size(), 33U);
}

class CapabilityUse : public ::testing::Test {
 protected:
  CapabilityUse() : process_(testing::make_process(7, "/app", nullptr)), build_(process_) {
    process_->credentials.cap_effective = ~std::uint64_t{0};
  }
  std::vector<std::string> used(const SensorEvent& event) {
    return capability_names(capabilities_used(event, class_of(event)));
  }
  std::shared_ptr<Process> process_;
  testing::EventBuilder build_;
};

TEST_F(CapabilityUse, LowPortsRawSocketsDevicesAndNamespaces) {
  EXPECT_THAT(
      used(
          build_.begin("bind").text(YGR_S_ADDRESS, testing::socket_address("0.0.0.0", 80)).event()),
      ElementsAre("CAP_NET_BIND_SERVICE"));
  EXPECT_THAT(used(build_.begin("bind")
                       .text(YGR_S_ADDRESS, testing::socket_address("0.0.0.0", 8080))
                       .event()),
              ElementsAre());
  EXPECT_THAT(used(build_.begin("socket", 3).with(YGR_S_ARGS, ygr_args{{2, 3, 1}}).event()),
              ElementsAre("CAP_NET_RAW"));
  EXPECT_THAT(used(build_.begin("socket", 3).with(YGR_S_ARGS, ygr_args{{2, 1, 0}}).event()),
              ElementsAre());
  EXPECT_THAT(used(build_.begin("mknod").with(YGR_S_ARGS, ygr_args{{0, S_IFBLK | 0600}}).event()),
              ElementsAre("CAP_MKNOD"));
  EXPECT_THAT(used(build_.begin("unshare").with(YGR_S_ARGS, ygr_args{{0x20000}}).event()),
              ElementsAre("CAP_SYS_ADMIN"));
  EXPECT_THAT(used(build_.begin("unshare").with(YGR_S_ARGS, ygr_args{{0x10020000}}).event()),
              ElementsAre())
      << "a user namespace of its own needs none";
}

TEST_F(CapabilityUse, FailedCallsAndMissingCapabilitiesUseNone) {
  EXPECT_THAT(used(build_.begin("mount", -1).event()), ElementsAre());
  process_->credentials.cap_effective = 0;
  EXPECT_THAT(used(build_.begin("mount", 0).event()), ElementsAre());
}

TEST_F(CapabilityUse, FilesThatOnlyTheirOwnerMayRead) {
  ygr_file file{.fd = 3, .mode = 0100600, .open_flags = O_RDONLY, .uid = 1000};
  EXPECT_THAT(used(build_.begin("openat", 3).with(YGR_S_FD, file).event()),
              ElementsAre("CAP_DAC_OVERRIDE"));
  file.mode = 0100644;
  EXPECT_THAT(used(build_.begin("openat", 3).with(YGR_S_FD, file).event()), ElementsAre());
  file.open_flags = O_RDWR;
  EXPECT_THAT(used(build_.begin("openat", 3).with(YGR_S_FD, file).event()),
              ElementsAre("CAP_DAC_OVERRIDE"));
}

}  // namespace
}  // namespace yagura::sensor
