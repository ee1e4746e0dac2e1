#include "gateway/config/sockets.hpp"

#include <gtest/gtest.h>

namespace yagura::gateway {
namespace {

TEST(ListeningSockets, PortZeroBecomesARealOne) {
  ListeningSockets sockets;
  ListenAddress address{.host = "127.0.0.1", .port = 0};
  ASSERT_TRUE(sockets.open(address).has_value());
  EXPECT_NE(address.port, 0);
  EXPECT_EQ(sockets.environment(), std::to_string(sockets.descriptors()[0]) + ";");
}

TEST(ListeningSockets, ATakenPortIsSaidPlainly) {
  ListeningSockets first, second;
  ListenAddress address{.host = "127.0.0.1", .port = 0};
  ASSERT_TRUE(first.open(address).has_value());
  const auto again = second.open(address);
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().message,
            "cannot listen on " + address.text() + ": another program listens there");
}

TEST(ListeningSockets, AnAddressOfAnotherMachineIsRefused) {
  ListeningSockets sockets;
  ListenAddress address{.host = "192.0.2.1", .port = 0};
  EXPECT_FALSE(sockets.open(address).has_value());
}

}  // namespace
}  // namespace yagura::gateway
