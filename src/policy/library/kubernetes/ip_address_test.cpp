#include "policy/library/kubernetes/ip_address.hpp"

#include <gtest/gtest.h>

namespace yagura::policy {
namespace {

TEST(IpAddress, WritesTheCanonicalForm) {
  const auto canonical = [](std::string_view text) {
    const auto address = IpAddress::parse(text);
    return address ? address->to_string() : std::string("none");
  };
  EXPECT_EQ(canonical("127.0.0.1"), "127.0.0.1");
  EXPECT_EQ(canonical("2001:DB8::ABCD"), "2001:db8::abcd");
  EXPECT_EQ(canonical("2001:db8:0:0:0:0:0:abcd"), "2001:db8::abcd");
  EXPECT_EQ(canonical("::"), "::");
  EXPECT_EQ(canonical("::1"), "::1");
  EXPECT_EQ(canonical("1::"), "1::");
  EXPECT_EQ(canonical("1:0:0:2:0:0:0:3"), "1:0:0:2::3");
  EXPECT_EQ(canonical("1:0:0:2:3:0:0:4"), "1::2:3:0:0:4");
  EXPECT_EQ(canonical("1:0:2:3:4:5:6:7"), "1:0:2:3:4:5:6:7");
  EXPECT_EQ(canonical("::ffff:1.2.3.4"), "::ffff:1.2.3.4");
  EXPECT_EQ(canonical("::1.2.3.4"), "::102:304");
  EXPECT_EQ(canonical("1:2:3:4:5:6:1.2.3.4"), "1:2:3:4:5:6:102:304");
  EXPECT_EQ(canonical("fe80::1%eth0"), "fe80::1%eth0");
}

TEST(IpAddress, RefusesWhatIsNone) {
  for (const std::string_view text : {"",
                                      "1",
                                      "1.2.3",
                                      "1.2.3.4.5",
                                      "256.1.1.1",
                                      "01.2.3.4",
                                      "1..2.3",
                                      "1.2.3.4 ",
                                      ":::1",
                                      "1::2::3",
                                      ":1",
                                      "1:2:3:4:5:6:7",
                                      "1:2:3:4:5:6:7:8:9",
                                      "12345::",
                                      "g::",
                                      "::1.2.3",
                                      "1:2:3:4:5:6:7:1.2.3.4",
                                      "fe80::1%",
                                      "%eth0",
                                      "1.2.3.4%eth0",
                                      "1:2:3:4:5:6:7:8::",
                                      "1:",
                                      "::1:",
                                      "1:2:3:4::5:6:7:8"}) {
    std::string problem;
    EXPECT_FALSE(IpAddress::parse(text, &problem).has_value()) << text;
    EXPECT_FALSE(problem.empty()) << text;
  }
}

TEST(IpAddress, Classes) {
  const auto ip = [](std::string_view text) { return IpAddress::parse(text).value(); };
  EXPECT_TRUE(ip("0.0.0.0").is_unspecified());
  EXPECT_TRUE(ip("::").is_unspecified());
  EXPECT_FALSE(ip("::1").is_unspecified());
  EXPECT_TRUE(ip("127.9.9.9").is_loopback());
  EXPECT_TRUE(ip("::1").is_loopback());
  EXPECT_FALSE(ip("2001:db8::abcd").is_loopback());
  EXPECT_TRUE(ip("224.0.0.1").is_link_local_multicast());
  EXPECT_FALSE(ip("224.0.1.1").is_link_local_multicast());
  EXPECT_TRUE(ip("ff02::1").is_link_local_multicast());
  EXPECT_FALSE(ip("fd00::1").is_link_local_multicast());
  EXPECT_TRUE(ip("169.254.169.254").is_link_local_unicast());
  EXPECT_TRUE(ip("fe80::1").is_link_local_unicast());
  EXPECT_FALSE(ip("fd80::1").is_link_local_unicast());
  EXPECT_TRUE(ip("192.168.0.1").is_global_unicast());
  EXPECT_TRUE(ip("2001:db8::abcd").is_global_unicast());
  EXPECT_FALSE(ip("255.255.255.255").is_global_unicast());
  EXPECT_FALSE(ip("0.0.0.0").is_global_unicast());
  EXPECT_FALSE(ip("ff00::1").is_global_unicast());
}

TEST(IpPrefix, ContainsWhatItCovers) {
  const auto net = [](std::string_view text) { return IpPrefix::parse(text).value(); };
  const auto ip = [](std::string_view text) { return IpAddress::parse(text).value(); };
  EXPECT_TRUE(net("192.168.0.0/24").contains(ip("192.168.0.1")));
  EXPECT_FALSE(net("192.168.0.0/24").contains(ip("192.168.1.1")));
  EXPECT_TRUE(net("10.0.0.0/9").contains(ip("10.127.0.1")));
  EXPECT_FALSE(net("10.0.0.0/9").contains(ip("10.128.0.1")));
  EXPECT_TRUE(net("0.0.0.0/0").contains(ip("9.9.9.9")));
  EXPECT_FALSE(net("0.0.0.0/0").contains(ip("::1")));
  EXPECT_TRUE(net("192.168.0.0/16").contains(net("192.168.10.0/24")));
  EXPECT_FALSE(net("192.168.0.0/16").contains(net("192.0.0.0/8")));
  EXPECT_TRUE(net("2001:db8::/32").contains(net("2001:db8:1::/48")));
  EXPECT_EQ(net("192.168.0.1/24").masked().to_string(), "192.168.0.0/24");
  EXPECT_EQ(net("2001:db8::1/33").masked().to_string(), "2001:db8::/33");
  EXPECT_FALSE(net("192.168.0.1/24") == net("192.168.0.1/24").masked());
}

TEST(IpPrefix, RefusesBadLengths) {
  for (const std::string_view text :
       {"1.2.3.4", "1.2.3.4/", "1.2.3.4/33", "::1/129", "1.2.3.4/01", "1.2.3.4/+1", "1.2.3.4/-1",
        "fe80::1%eth0/64", "/8", "1.2.3/8", "1.2.3.4/8/8"}) {
    EXPECT_FALSE(IpPrefix::parse(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace yagura::policy
