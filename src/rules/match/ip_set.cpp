#include "rules/match/ip_set.hpp"

#include <arpa/inet.h>

#include <bit>
#include <charconv>
#include <cstring>
#include <string>

namespace yagura::rules {

namespace {

std::optional<std::uint8_t> parse_prefix(std::string_view text, std::uint8_t size) {
  unsigned prefix = 0;
  const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), prefix);
  if (error == std::errc() && at == text.data() + text.size() && prefix <= size * 8U) {
    return static_cast<std::uint8_t>(prefix);
  }
  in_addr mask{};
  if (size != 4 || ::inet_pton(AF_INET, std::string(text).c_str(), &mask) != 1) return std::nullopt;
  const std::uint32_t bits = ntohl(mask.s_addr);
  const int ones = std::countl_one(bits);
  if (std::popcount(bits) != ones) return std::nullopt;
  return static_cast<std::uint8_t>(ones);
}

}  // namespace

std::string address_text(std::string_view bytes) {
  if (bytes.size() != 4 && bytes.size() != 16) return {};
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = bytes.size() == 4 ? AF_INET : AF_INET6;
  if (::inet_ntop(family, bytes.data(), text.data(), text.size()) == nullptr) return {};
  return text.data();
}

bool Network::contains(std::string_view ip) const {
  if (ip.size() != size) return false;
  const std::size_t whole = prefix / 8;
  if (std::memcmp(ip.data(), bytes.data(), whole) != 0) return false;
  const unsigned rest = prefix % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<unsigned char>(0xFF00U >> rest);
  return ((static_cast<unsigned char>(ip[whole]) ^ bytes[whole]) & mask) == 0;
}

std::optional<Network> parse_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string address(text.substr(0, slash));
  Network network;
  if (::inet_pton(AF_INET, address.c_str(), network.bytes.data()) == 1) {
    network.size = 4;
  } else if (::inet_pton(AF_INET6, address.c_str(), network.bytes.data()) == 1) {
    network.size = 16;
  } else {
    return std::nullopt;
  }
  network.prefix = static_cast<std::uint8_t>(network.size * 8);
  if (slash == std::string_view::npos) return network;
  const auto prefix = parse_prefix(text.substr(slash + 1), network.size);
  if (!prefix) return std::nullopt;
  network.prefix = *prefix;
  return network;
}

}  // namespace yagura::rules
