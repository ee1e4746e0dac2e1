#pragma once

// Addresses and networks, as bytes in network order.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace yagura::rules {

struct Network {
  std::array<unsigned char, 16> bytes{};
  std::uint8_t size = 4;  // 4 or 16
  std::uint8_t prefix = 32;

  // `ip`: 4 or 16 bytes. An IPv4 address is in no IPv6 network.
  [[nodiscard]] bool contains(std::string_view ip) const;
  friend auto operator<=>(const Network&, const Network&) = default;
};

// "10.0.0.0/8", "10.0.0.0/255.0.0.0", "fe80::/10", or an address alone.
[[nodiscard]] std::optional<Network> parse_network(std::string_view text);

// 4 or 16 bytes as they are usually written; empty for anything else.
[[nodiscard]] std::string address_text(std::string_view bytes);

class IpSet {
 public:
  void add(const Network& network) { networks_.push_back(network); }
  [[nodiscard]] bool contains(std::string_view ip) const {
    for (const Network& network : networks_) {
      if (network.contains(ip)) return true;
    }
    return false;
  }

 private:
  std::vector<Network> networks_;
};

}  // namespace yagura::rules
