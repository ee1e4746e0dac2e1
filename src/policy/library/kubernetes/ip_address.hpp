#pragma once

// IP addresses and prefixes in text: RFC 4291 and RFC 5952 as Go's net/netip reads and writes them.
// IPv4 octets have no leading zeros; zones are kept apart.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace yagura::policy {

struct IpAddress {
  bool is_v4 = true;
  std::array<std::uint8_t, 16> bytes{};  // an IPv4 address takes the first four
  std::string_view zone;                 // of "fe80::1%eth0"; points into the parsed text

  // `problem`: why there is none.
  [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text,
                                                      std::string* problem = nullptr);

  [[nodiscard]] unsigned bits() const { return is_v4 ? 32 : 128; }
  [[nodiscard]] bool is_v4_mapped() const;  // ::ffff:0:0/96
  [[nodiscard]] bool is_unspecified() const;
  [[nodiscard]] bool is_loopback() const;
  [[nodiscard]] bool is_multicast() const;
  [[nodiscard]] bool is_link_local_multicast() const;
  [[nodiscard]] bool is_link_local_unicast() const;
  [[nodiscard]] bool is_global_unicast() const;  // private ones too
  [[nodiscard]] std::string to_string() const;   // canonical, with the zone

  friend bool operator==(const IpAddress&, const IpAddress&) = default;
};

struct IpPrefix {
  IpAddress address;  // as written, not masked
  unsigned length = 0;

  [[nodiscard]] static std::optional<IpPrefix> parse(std::string_view text,
                                                     std::string* problem = nullptr);

  [[nodiscard]] bool contains(const IpAddress& other) const;
  [[nodiscard]] bool contains(const IpPrefix& other) const;
  [[nodiscard]] IpPrefix masked() const;
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const IpPrefix&, const IpPrefix&) = default;
};

}  // namespace yagura::policy
