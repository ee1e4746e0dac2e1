#include "gateway/config/address.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace yagura::gateway {
namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return port;
}

bool is_ip(const std::string& text, int family) {
  unsigned char address[sizeof(in6_addr)];
  return ::inet_pton(family, text.c_str(), address) == 1;
}

bool is_label_byte(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
         (byte >= '0' && byte <= '9') || byte == '-' || byte == '_';
}

// Labels of letters, digits, '-' and '_' (Docker's and Compose's names have it).
bool is_name(std::string_view text) {
  if (text.empty() || text.size() > 253 || text.front() == '.' || text.back() == '.') return false;
  if (text.find("..") != std::string_view::npos) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char byte) { return byte == '.' || is_label_byte(byte); });
}

// "host:port" or "[v6]:port" into its two halves; no port: empty.
std::optional<std::pair<std::string, std::string>> split(std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    const std::string_view rest = text.substr(close + 1);
    if (!rest.empty() && !rest.starts_with(':')) return std::nullopt;
    return std::pair{std::string(text.substr(1, close - 1)),
                     std::string(rest.empty() ? rest : rest.substr(1))};
  }
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::pair{std::string(text), std::string()};
  if (text.find(':', colon + 1) != std::string_view::npos) return std::nullopt;
  return std::pair{std::string(text.substr(0, colon)), std::string(text.substr(colon + 1))};
}

std::string joined(const std::string& host, std::uint16_t port) {
  return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port)
                                             : fmt::format("[{}]:{}", host, port);
}

std::unexpected<Error> wrong(std::string_view what, std::string_view text, std::string_view why) {
  return fail(ErrorCode::kInvalidInput, fmt::format("{} \"{}\": {}", what, text, why));
}

}  // namespace

std::string ListenAddress::text() const { return joined(host, port); }

std::string Upstream::address() const { return joined(host, port); }

Result<ListenAddress> parse_listen(std::string_view text) {
  if (const auto port = parse_port(text)) return ListenAddress{.host = "0.0.0.0", .port = *port};
  const auto parts = split(text);
  if (!parts) return wrong("listen address", text, "write it as ADDRESS:PORT or [IPv6]:PORT");
  const auto port = parse_port(parts->second);
  if (!port) return wrong("listen address", text, "its port is not a number from 0 to 65535");
  ListenAddress address{.host = parts->first, .port = *port};
  if (address.host.empty()) address.host = "0.0.0.0";
  if (address.host == "localhost") address.host = "127.0.0.1";
  const bool bracketed = text.starts_with('[');
  if (!is_ip(address.host, bracketed ? AF_INET6 : AF_INET)) {
    return wrong("listen address", text, "its host is not an IP address");
  }
  return address;
}

Result<Upstream> parse_upstream(std::string_view url) {
  Upstream upstream;
  std::string_view rest = url;
  if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else if (rest.starts_with("https://")) {
    rest.remove_prefix(8);
    upstream.tls = true;
  } else {
    return wrong("upstream", url, "it must begin with http:// or https://");
  }
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.find_first_of("/?#") != std::string_view::npos) {
    return wrong("upstream", url, "requests are passed on as they came: it cannot have a path");
  }
  if (rest.find('@') != std::string_view::npos) {
    return wrong("upstream", url, "it cannot have a user name");
  }
  const auto parts = split(rest);
  if (!parts) return wrong("upstream", url, "write its host as HOST:PORT or [IPv6]:PORT");
  upstream.host = parts->first;
  const bool is_valid =
      rest.starts_with('[') ? is_ip(upstream.host, AF_INET6) : is_name(upstream.host);
  if (!is_valid) return wrong("upstream", url, "its host is neither a name nor an IP address");
  upstream.port = upstream.tls ? 443 : 80;
  if (parts->second.empty()) return upstream;
  const auto port = parse_port(parts->second);
  if (!port || *port == 0)
    return wrong("upstream", url, "its port is not a number from 1 to 65535");
  upstream.port = *port;
  return upstream;
}

Result<std::string> parse_host_pattern(std::string_view text) {
  const std::string_view name = text.starts_with("*.") ? text.substr(2) : text;
  if (!is_name(name)) return wrong("host", text, "write a DNS name, or *. and a DNS name");
  std::string host(text);
  std::transform(host.begin(), host.end(), host.begin(), [](char byte) {
    return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
  });
  return host;
}

}  // namespace yagura::gateway
