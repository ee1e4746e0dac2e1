#include "sensor/analysis/profile/peer_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace yagura::sensor {

namespace {

constexpr std::uint8_t kV4Prefixes[] = {128, 120, 112, 104, 96};
constexpr std::uint8_t kV6Prefixes[] = {128, 64, 48, 32, 0};

IpAddress masked(IpAddress address, unsigned prefix) {
  for (unsigned i = 0; i < 16; ++i) {
    const unsigned bits = std::clamp<int>(static_cast<int>(prefix) - static_cast<int>(i * 8), 0, 8);
    address.bytes[i] &= static_cast<unsigned char>(0xff00U >> bits);
  }
  return address;
}

template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::uint8_t next_prefix(const PeerNetwork& network) {
  const auto& steps = network.is_v4() ? kV4Prefixes : kV6Prefixes;
  for (const std::uint8_t step : steps) {
    if (step < network.prefix) return step;
  }
  return network.prefix;
}

}  // namespace

bool PeerNetwork::contains(const IpAddress& other) const {
  if (other.is_v4() != is_v4()) return false;
  return masked(other, prefix) == address;
}

std::string PeerNetwork::to_string() const {
  return fmt::format("{}/{}", address.to_string(), is_v4() ? prefix - 96 : prefix);
}

std::optional<PeerNetwork> PeerNetwork::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  const unsigned bits = address->is_v4() ? 32 : 128;
  unsigned prefix = bits;
  if (slash != std::string_view::npos) {
    const auto given = parse_number<unsigned>(text.substr(slash + 1));
    if (!given || *given > bits) return std::nullopt;
    prefix = *given;
  }
  prefix += 128 - bits;
  return PeerNetwork{masked(*address, prefix), static_cast<std::uint8_t>(prefix)};
}

std::uint16_t profile_port(std::uint16_t service_port) {
  return std::min(service_port, kFirstEphemeralPort);
}

PeerGroup* PeerTable::find(Direction direction, std::uint8_t protocol, std::uint16_t port) {
  const auto found = std::ranges::find_if(groups_, [&](const PeerGroup& group) {
    return group.port == port && group.protocol == protocol && group.direction == direction;
  });
  return found == groups_.end() ? nullptr : &*found;
}

bool PeerTable::contains(const Peer& peer) const {
  const std::uint16_t port = profile_port(peer.service_port());
  return std::ranges::any_of(groups_, [&](const PeerGroup& group) {
    return group.port == port && group.protocol == peer.protocol &&
           group.direction == peer.direction &&
           std::ranges::any_of(group.networks,
                               [&](const PeerNetwork& n) { return n.contains(peer.address); });
  });
}

bool PeerTable::add(const Peer& peer) {
  return add(peer.direction, peer.protocol, profile_port(peer.service_port()),
             PeerNetwork{peer.address, 128});
}

bool PeerTable::add(Direction direction, std::uint8_t protocol, std::uint16_t port,
                    const PeerNetwork& network) {
  PeerGroup* group = find(direction, protocol, port);
  if (group == nullptr) {
    if (groups_.size() >= max_groups_) {
      is_full_ = true;
      return false;
    }
    groups_.push_back({direction, protocol, port, {}});
    group = &groups_.back();
  }
  const bool is_covered = std::ranges::any_of(group->networks, [&](const PeerNetwork& known) {
    return known.prefix <= network.prefix && known.contains(network.address);
  });
  if (is_covered) return false;
  std::erase_if(group->networks, [&](const PeerNetwork& known) {
    return network.prefix <= known.prefix && network.contains(known.address);
  });
  group->networks.push_back(network);
  while (group->networks.size() > max_networks_) widen(*group);
  return true;
}

// Widens the narrowest networks by one step, and drops what they then cover.
void PeerTable::widen(PeerGroup& group) const {
  const auto steps_left = [](const PeerNetwork& network) {
    const auto& steps = network.is_v4() ? kV4Prefixes : kV6Prefixes;
    return std::ranges::count_if(steps, [&](std::uint8_t step) { return step < network.prefix; });
  };
  std::ptrdiff_t most = 0;
  for (const PeerNetwork& network : group.networks) most = std::max(most, steps_left(network));
  std::vector<PeerNetwork> wider;
  for (const PeerNetwork& network : group.networks) {
    const std::uint8_t prefix = steps_left(network) == most ? next_prefix(network) : network.prefix;
    const PeerNetwork widened{masked(network.address, prefix), prefix};
    std::erase_if(wider, [&](const PeerNetwork& known) {
      return widened.prefix <= known.prefix && widened.contains(known.address);
    });
    const bool is_covered = std::ranges::any_of(wider, [&](const PeerNetwork& known) {
      return known.prefix <= widened.prefix && known.contains(widened.address);
    });
    if (!is_covered) wider.push_back(widened);
  }
  group.networks = std::move(wider);
}

std::string_view to_string(Direction direction) {
  return direction == Direction::kOutbound ? "outbound" : "inbound";
}

std::optional<std::uint8_t> parse_protocol(std::string_view text) {
  static constexpr std::uint8_t kNamed[] = {1, 6, 17, 58, 132};
  for (const std::uint8_t protocol : kNamed) {
    if (protocol_name(protocol) == text) return protocol;
  }
  return parse_number<std::uint8_t>(text);
}

std::string peer_text(const Peer& peer) {
  return fmt::format("{} {} {} {}", to_string(peer.direction), protocol_name(peer.protocol),
                     peer.address.to_string(), profile_port(peer.service_port()));
}

std::optional<Peer> parse_peer_text(std::string_view text) {
  std::string_view parts[4];
  for (std::string_view& part : parts) {
    const std::size_t end = std::min(text.find(' '), text.size());
    part = text.substr(0, end);
    text.remove_prefix(std::min(text.size(), end + 1));
  }
  const auto protocol = parse_protocol(parts[1]);
  const auto address = IpAddress::parse(parts[2]);
  const auto port = parse_number<std::uint16_t>(parts[3]);
  if (!protocol || !address || !port || !text.empty()) return std::nullopt;
  if (parts[0] != "outbound" && parts[0] != "inbound") return std::nullopt;
  Peer peer{.address = *address, .protocol = *protocol};
  peer.direction = parts[0] == "outbound" ? Direction::kOutbound : Direction::kInbound;
  (peer.direction == Direction::kOutbound ? peer.port : peer.local_port) = *port;
  return peer;
}

}  // namespace yagura::sensor
