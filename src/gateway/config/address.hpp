#pragma once

// Where the gateway listens and what it stands in front of, as an operator writes it.

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace yagura::gateway {

// An IP address and a port.
struct ListenAddress {
  std::string host = "0.0.0.0";  // a literal, IPv6 without brackets
  std::uint16_t port = 0;        // 0: the system picks one
  [[nodiscard]] bool is_ipv6() const { return host.find(':') != std::string::npos; }
  // "10.0.0.1:80", "[::1]:80".
  [[nodiscard]] std::string text() const;
  friend bool operator==(const ListenAddress&, const ListenAddress&) = default;
};

// "8080", ":8080", "127.0.0.1:8080", "[::]:8080", "localhost:8080" (127.0.0.1). Other names are
// refused: which address a name means can change.
[[nodiscard]] Result<ListenAddress> parse_listen(std::string_view text);

struct Upstream {
  bool tls = false;
  std::string host;  // a DNS name or an IP literal, IPv6 without brackets
  std::uint16_t port = 0;
  [[nodiscard]] std::string address() const;  // "host:port", "[::1]:port"
  friend bool operator==(const Upstream&, const Upstream&) = default;
};

// "http://host[:port]" or "https://host[:port]"; a path other than "/", a query or a user name is
// refused: requests are passed on as they came.
[[nodiscard]] Result<Upstream> parse_upstream(std::string_view url);

// A host of Host headers: DNS labels, perhaps with a leading "*.". Lower case in the result.
[[nodiscard]] Result<std::string> parse_host_pattern(std::string_view text);

}  // namespace yagura::gateway
