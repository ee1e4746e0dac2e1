#include "sensor/dns/ip_address.hpp"

#include <arpa/inet.h>

#include <random>

namespace yagura::sensor {

namespace {

constexpr unsigned char kMappedPrefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

std::uint64_t random_seed() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

// A 64-bit finaliser: every bit of the input reaches every bit of the output.
std::uint64_t mixed(std::uint64_t value) {
  value ^= value >> 32;
  value *= 0xe9846af9b1a615dULL;
  value ^= value >> 32;
  value *= 0xe9846af9b1a615dULL;
  return value ^ (value >> 28);
}

}  // namespace

std::optional<IpAddress> IpAddress::from_bytes(std::string_view raw) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(raw.data());
  if (raw.size() == 4) return v4(bytes);
  if (raw.size() == 16) return v6(bytes);
  return std::nullopt;
}

IpAddress IpAddress::v4(const unsigned char* four) {
  IpAddress address;
  std::memcpy(address.bytes.data(), kMappedPrefix, 12);
  std::memcpy(address.bytes.data() + 12, four, 4);
  return address;
}

IpAddress IpAddress::v6(const unsigned char* sixteen) {
  IpAddress address;
  std::memcpy(address.bytes.data(), sixteen, 16);
  return address;
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  if (text.size() >= INET6_ADDRSTRLEN) return std::nullopt;
  const std::string terminated(text);
  unsigned char bytes[16];
  if (inet_pton(AF_INET, terminated.c_str(), bytes) == 1) return v4(bytes);
  if (inet_pton(AF_INET6, terminated.c_str(), bytes) == 1) return v6(bytes);
  return std::nullopt;
}

bool IpAddress::is_v4() const { return std::memcmp(bytes.data(), kMappedPrefix, 12) == 0; }

bool IpAddress::is_loopback() const {
  if (is_v4()) return bytes[12] == 127;
  for (std::size_t i = 0; i < 15; ++i) {
    if (bytes[i] != 0) return false;
  }
  return bytes[15] == 1;
}

bool IpAddress::is_unspecified() const {
  for (std::size_t i = is_v4() ? 12 : 0; i < 16; ++i) {
    if (bytes[i] != 0) return false;
  }
  return true;
}

bool IpAddress::is_private() const {
  if (is_loopback() || is_unspecified()) return true;
  if (!is_v4()) {
    return (bytes[0] & 0xfe) == 0xfc || (bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80);
  }
  const unsigned char a = bytes[12];
  const unsigned char b = bytes[13];
  return a == 10 || (a == 172 && (b & 0xf0) == 16) || (a == 192 && b == 168) ||
         (a == 169 && b == 254) || (a == 100 && (b & 0xc0) == 64);
}

std::string_view IpAddress::raw() const {
  const auto* text = reinterpret_cast<const char*>(bytes.data());
  return is_v4() ? std::string_view(text + 12, 4) : std::string_view(text, 16);
}

std::string IpAddress::to_string() const {
  char text[INET6_ADDRSTRLEN] = {};
  const bool v4_form = is_v4();
  inet_ntop(v4_form ? AF_INET : AF_INET6, raw().data(), text, sizeof(text));
  return text;
}

std::size_t IpAddressHash::operator()(const IpAddress& address) const {
  static const std::uint64_t seed = random_seed();
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  std::memcpy(&high, address.bytes.data(), 8);
  std::memcpy(&low, address.bytes.data() + 8, 8);
  return mixed(mixed(high ^ seed) ^ low);
}

}  // namespace yagura::sensor
