#include "sensor/analysis/facts/peer.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace yagura::sensor {

namespace {

std::uint8_t protocol_of(const ygr_socket& socket) {
  if (socket.protocol != 0) return static_cast<std::uint8_t>(socket.protocol);
  if (socket.type == SOCK_STREAM) return kProtocolTcp;
  if (socket.type == SOCK_DGRAM) return kProtocolUdp;
  return kProtocolUnknown;
}

IpAddress address_of(const unsigned char* bytes, std::uint16_t family) {
  return family == AF_INET ? IpAddress::v4(bytes) : IpAddress::v6(bytes);
}

Direction direction_of(const Peer& peer, const ygr_socket& socket, EventClass event_class) {
  if (event_class == EventClass::kAccept) return Direction::kInbound;
  if (event_class == EventClass::kConnect) return Direction::kOutbound;
  if (socket.is_server != 0) return Direction::kInbound;
  const bool is_answer = peer.protocol == kProtocolUdp && peer.local_port != 0 &&
                         peer.local_port < kFirstEphemeralPort && peer.port >= kFirstEphemeralPort;
  return is_answer ? Direction::kInbound : Direction::kOutbound;
}

bool has_peer(EventClass event_class) {
  switch (event_class) {
    case EventClass::kConnect:
    case EventClass::kAccept:
    case EventClass::kSend:
    case EventClass::kReceive:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::string protocol_name(std::uint8_t protocol) {
  switch (protocol) {
    case kProtocolTcp:
      return "tcp";
    case kProtocolUdp:
      return "udp";
    case 1:
      return "icmp";
    case 58:
      return "icmp6";
    case 132:
      return "sctp";
    default:
      return std::to_string(protocol);
  }
}

std::optional<SocketAddress> read_socket_address(std::string_view bytes) {
  std::uint16_t family = 0;
  if (bytes.size() < 8) return std::nullopt;
  std::memcpy(&family, bytes.data(), sizeof(family));
  const auto* raw = reinterpret_cast<const unsigned char*>(bytes.data());
  const auto port = static_cast<std::uint16_t>((raw[2] << 8) | raw[3]);
  if (family == AF_INET) return SocketAddress{IpAddress::v4(raw + 4), port};
  if (family == AF_INET6 && bytes.size() >= 24) {
    return SocketAddress{IpAddress::v6(raw + 8), port};
  }
  return std::nullopt;
}

std::optional<Peer> read_peer(const SensorEvent& event, EventClass event_class) {
  if (!has_peer(event_class)) return std::nullopt;
  const RecordView& record = *event.record;
  const ygr_socket socket = record.get<ygr_socket>(YGR_S_SOCKET).value_or(ygr_socket{});
  const bool is_ip = socket.family == AF_INET || socket.family == AF_INET6;
  Peer peer;
  peer.protocol = protocol_of(socket);
  peer.local_port = socket.local_port;
  const auto given = read_socket_address(record.text(YGR_S_ADDRESS));
  if (given) {
    peer.address = given->address;
    peer.port = given->port;
  } else if (is_ip) {
    peer.address = address_of(socket.remote, socket.family);
    peer.port = socket.remote_port;
  } else {
    return std::nullopt;
  }
  if (peer.address.is_unspecified() && peer.port == 0) return std::nullopt;
  peer.direction = direction_of(peer, socket, event_class);
  const std::int64_t result = record.header().result;
  peer.is_established = result >= 0 || result == -EINPROGRESS;
  return peer;
}

}  // namespace yagura::sensor
