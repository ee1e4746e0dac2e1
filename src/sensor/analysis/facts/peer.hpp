#pragma once

// With whom an event speaks.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sensor/analysis/facts/event_class.hpp"
#include "sensor/dns/ip_address.hpp"
#include "sensor/event/sensor_event.hpp"

namespace yagura::sensor {

enum class Direction : std::uint8_t { kOutbound, kInbound };

enum : std::uint8_t { kProtocolUnknown = 0, kProtocolTcp = 6, kProtocolUdp = 17 };

// Ports from here on are given to clients (net.ipv4.ip_local_port_range).
inline constexpr std::uint16_t kFirstEphemeralPort = 32768;

struct Peer {
  IpAddress address;
  std::uint16_t port = 0;        // the peer's
  std::uint16_t local_port = 0;  // 0: not known yet
  std::uint8_t protocol = kProtocolUnknown;
  Direction direction = Direction::kOutbound;
  bool is_established = true;  // the call succeeded, or the connection is on its way

  // The port of the side that serves.
  [[nodiscard]] std::uint16_t service_port() const {
    return direction == Direction::kOutbound ? port : local_port;
  }
};

// "tcp", "udp", "icmp", or the number.
[[nodiscard]] std::string protocol_name(std::uint8_t protocol);

// The peer of a connect, accept, send or receive; none where the event has no IP peer. Of connect
// the address that was asked for. Datagrams from a low local port to an ephemeral one are answers:
// inbound.
[[nodiscard]] std::optional<Peer> read_peer(const SensorEvent& event, EventClass event_class);

// A struct sockaddr of AF_INET or AF_INET6 as the process gave it.
struct SocketAddress {
  IpAddress address;
  std::uint16_t port = 0;
};
[[nodiscard]] std::optional<SocketAddress> read_socket_address(std::string_view bytes);

}  // namespace yagura::sensor
