#pragma once

// An IP address as a key: IPv4 is kept in its IPv6-mapped form (RFC 4291, 2.5.5.2), so that
// 10.0.0.1 and ::ffff:10.0.0.1, which a socket of either family may show, are the same peer.

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace yagura::sensor {

struct IpAddress {
  std::array<unsigned char, 16> bytes{};  // network order

  // `raw`: 4 or 16 bytes in network order; none otherwise.
  [[nodiscard]] static std::optional<IpAddress> from_bytes(std::string_view raw);
  [[nodiscard]] static IpAddress v4(const unsigned char* four);
  [[nodiscard]] static IpAddress v6(const unsigned char* sixteen);
  // "10.0.0.1", "fe80::1", "::ffff:10.0.0.1" (which is 10.0.0.1).
  [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text);

  [[nodiscard]] bool is_v4() const;
  [[nodiscard]] bool is_loopback() const;     // 127.0.0.0/8, ::1
  [[nodiscard]] bool is_unspecified() const;  // 0.0.0.0, ::
  // Nothing that leaves the machine's neighbourhood: RFC 1918, shared (RFC 6598), link-local,
  // unique local, loopback, unspecified.
  [[nodiscard]] bool is_private() const;
  // 4 or 16 bytes, pointing into this.
  [[nodiscard]] std::string_view raw() const;
  [[nodiscard]] std::string to_string() const;

  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;
};

// Precondition: none; addresses come from strangers, so the hash is seeded once a process.
struct IpAddressHash {
  [[nodiscard]] std::size_t operator()(const IpAddress& address) const;
};

}  // namespace yagura::sensor
