#pragma once

// The networks that a workload speaks with, by direction, protocol and the serving side's port.
// When a port has more networks than the limit, they are widened (IPv4 /32, /24, /16, /8, all; IPv6
// /128, /64, /48, /32, all) until they fit: what a service on many addresses needs is learned as
// the network it lies in.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sensor/analysis/facts/peer.hpp"

namespace yagura::sensor {

struct PeerNetwork {
  IpAddress address;          // host bits are zero
  std::uint8_t prefix = 128;  // of the IPv6-mapped form: 96 + n of IPv4's /n

  [[nodiscard]] bool contains(const IpAddress& other) const;
  [[nodiscard]] bool is_v4() const { return prefix >= 96 && address.is_v4(); }
  [[nodiscard]] std::string to_string() const;  // "10.0.0.0/24", "2001:db8::/64"
  [[nodiscard]] static std::optional<PeerNetwork> parse(std::string_view text);
  friend bool operator==(const PeerNetwork&, const PeerNetwork&) = default;
};

struct PeerGroup {
  Direction direction = Direction::kOutbound;
  std::uint8_t protocol = 0;
  std::uint16_t port = 0;  // kFirstEphemeralPort stands for all from there on
  std::vector<PeerNetwork> networks;
};

class PeerTable {
 public:
  explicit PeerTable(std::uint32_t max_groups = 128, std::uint32_t max_networks = 16)
      : max_groups_(max_groups), max_networks_(max_networks) {}

  [[nodiscard]] bool contains(const Peer& peer) const;
  // False: contained already, or full.
  bool add(const Peer& peer);
  bool add(Direction direction, std::uint8_t protocol, std::uint16_t port,
           const PeerNetwork& network);

  [[nodiscard]] const std::vector<PeerGroup>& groups() const { return groups_; }
  [[nodiscard]] bool is_full() const { return is_full_; }

 private:
  PeerGroup* find(Direction direction, std::uint8_t protocol, std::uint16_t port);
  void widen(PeerGroup& group) const;

  std::uint32_t max_groups_;
  std::uint32_t max_networks_;
  std::vector<PeerGroup> groups_;
  bool is_full_ = false;
};

// The port as a profile has it.
[[nodiscard]] std::uint16_t profile_port(std::uint16_t service_port);

// "outbound tcp 203.0.113.9 443": how a single peer is written; and back.
[[nodiscard]] std::string peer_text(const Peer& peer);
[[nodiscard]] std::optional<Peer> parse_peer_text(std::string_view text);

[[nodiscard]] std::string_view to_string(Direction direction);
[[nodiscard]] std::optional<std::uint8_t> parse_protocol(std::string_view text);

}  // namespace yagura::sensor
