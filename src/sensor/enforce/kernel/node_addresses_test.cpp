#include "sensor/enforce/kernel/node_addresses.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yagura::sensor::enforce {
namespace {

NodeAddress address(const char* text) {
  NodeAddress result{};
  if (inet_pton(AF_INET6, text, result.data()) != 1) ADD_FAILURE() << text;
  return result;
}

TEST(NodeAddresses, LocalLeavesOfTheRoutingTables) {
  std::set<NodeAddress> found;
  parse_fib_trie(R"(Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
     |-- 10.244.0.0
        /24 link UNICAST
Local:
  +-- 0.0.0.0/0 3 0 5
     +-- 10.244.0.0/24 2 0 2
        |-- 10.244.0.1
           /32 host LOCAL
        |-- 10.244.0.255
           /32 link BROADCAST
     +-- 127.0.0.0/8 2 0 2
        |-- 127.0.0.0
           /8 host LOCAL
        |-- 127.0.0.1
           /32 host LOCAL
     |-- 192.0.2.7
        /32 host LOCAL
     |-- not an address
        /32 host LOCAL
)",
                 found);
  EXPECT_THAT(found, ::testing::UnorderedElementsAre(address("::ffff:10.244.0.1"),
                                                     address("::ffff:192.0.2.7")));
}

TEST(NodeAddresses, OfInterfacesForIPv6) {
  std::set<NodeAddress> found;
  parse_if_inet6(
      "00000000000000000000000000000001 01 80 10 80       lo\n"
      "fe800000000000005054fffe00000001 02 40 20 80     eth0\n"
      "20010db8000000000000000000000001 02 40 00 00     eth0\n"
      "2001_db8000000000000000000000001 02 40 00 00     eth0\n"
      "20010db8\n",
      found);
  EXPECT_THAT(found, ::testing::UnorderedElementsAre(address("fe80::5054:fffe:0:1"),
                                                     address("2001:db8::1")));
}

TEST(NodeAddresses, OfThisMachine) {
  const auto found = read_node_addresses("/proc/self/net");
  if (!found) GTEST_SKIP() << "skipped: no fib_trie: " << found.error().message;
  EXPECT_FALSE(found->contains(address("::ffff:127.0.0.1")));
  EXPECT_FALSE(read_node_addresses("/nonexistent").has_value());
}

}  // namespace
}  // namespace yagura::sensor::enforce
