#include "policy/library/kubernetes/ip_address.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace yagura::policy {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// "" where the four octets were written to `out`.
std::string_view parse_v4(std::string_view text, std::uint8_t* out) {
  for (int octet = 0; octet < 4; ++octet) {
    std::size_t digits = 0;
    unsigned value = 0;
    while (digits < text.size() && is_digit(text[digits])) {
      value = value * 10 + static_cast<unsigned>(text[digits] - '0');
      if (value > 255) return "an IPv4 field has a value above 255";
      ++digits;
    }
    if (digits == 0) return "an IPv4 field must have at least one digit";
    if (digits > 1 && text[0] == '0') return "an IPv4 field has a leading zero";
    out[octet] = static_cast<std::uint8_t>(value);
    text.remove_prefix(digits);
    if (octet == 3) break;
    if (text.empty()) return "an IPv4 address has four fields";
    if (text[0] != '.') return "unexpected character";
    text.remove_prefix(1);
  }
  return text.empty() ? std::string_view() : "unexpected characters behind an IPv4 address";
}

// The groups of an IPv6 address, with the place of "::".
struct Groups {
  std::uint8_t bytes[16] = {};
  unsigned size = 0;
  int gap = -1;
};

std::string_view parse_groups(std::string_view text, Groups& groups) {
  if (text.starts_with("::")) {
    groups.gap = 0;
    text.remove_prefix(2);
    if (text.empty()) return {};
  }
  while (groups.size < 16) {
    std::size_t digits = 0;
    unsigned value = 0;
    while (digits < text.size() && hex_value(text[digits]) >= 0) {
      if (digits == 4) return "an IPv6 group has more than four digits";
      value = value * 16 + static_cast<unsigned>(hex_value(text[digits]));
      ++digits;
    }
    if (digits == 0) return "an IPv6 group must have at least one digit";
    if (digits < text.size() && text[digits] == '.') {
      if (groups.size > 12) return "an embedded IPv4 address needs room for four bytes";
      if (groups.gap < 0 && groups.size != 12) return "an embedded IPv4 address must come last";
      if (auto why = parse_v4(text, groups.bytes + groups.size); !why.empty()) return why;
      groups.size += 4;
      return {};
    }
    groups.bytes[groups.size] = static_cast<std::uint8_t>(value >> 8);
    groups.bytes[groups.size + 1] = static_cast<std::uint8_t>(value);
    groups.size += 2;
    text.remove_prefix(digits);
    if (text.empty()) return {};
    if (text[0] != ':') return "unexpected character";
    if (text.size() == 1) return "a colon must be followed by more";
    text.remove_prefix(1);
    if (text[0] == ':') {
      if (groups.gap >= 0) return "'::' must not stand twice";
      groups.gap = static_cast<int>(groups.size);
      text.remove_prefix(1);
      if (text.empty()) return {};
    }
  }
  return "too many groups";
}

std::string_view parse_v6(std::string_view text, IpAddress& address) {
  address.is_v4 = false;
  if (const std::size_t percent = text.find('%'); percent != std::string_view::npos) {
    address.zone = text.substr(percent + 1);
    text = text.substr(0, percent);
    if (address.zone.empty()) return "the zone is empty";
  }
  Groups groups;
  if (auto why = parse_groups(text, groups); !why.empty()) return why;
  if (groups.gap < 0) {
    if (groups.size < 16) return "the address is too short";
    std::copy_n(groups.bytes, 16, address.bytes.begin());
    return {};
  }
  if (groups.size == 16) return "'::' must stand for at least one group of zeros";
  const auto gap = static_cast<unsigned>(groups.gap);
  std::copy_n(groups.bytes, gap, address.bytes.begin());
  std::copy_backward(groups.bytes + gap, groups.bytes + groups.size, address.bytes.end());
  return {};
}

unsigned group(const IpAddress& address, unsigned index) {
  return static_cast<unsigned>(address.bytes[2 * index] << 8 | address.bytes[2 * index + 1]);
}

bool same_bits(const IpAddress& a, const IpAddress& b, unsigned count) {
  for (unsigned i = 0; i < count / 8; ++i) {
    if (a.bytes[i] != b.bytes[i]) return false;
  }
  if (count % 8 == 0) return true;
  const unsigned shift = 8 - count % 8;
  return a.bytes[count / 8] >> shift == b.bytes[count / 8] >> shift;
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text, std::string* problem) {
  IpAddress address;
  std::string_view why = "unable to parse IP";
  const std::size_t mark = text.find_first_of(".:%");
  if (mark != std::string_view::npos && text[mark] == '.')
    why = parse_v4(text, address.bytes.data());
  if (mark != std::string_view::npos && text[mark] == ':') why = parse_v6(text, address);
  if (why.empty()) return address;
  if (problem != nullptr) *problem = why;
  return std::nullopt;
}

bool IpAddress::is_v4_mapped() const {
  return !is_v4 && bytes[10] == 0xFF && bytes[11] == 0xFF &&
         std::all_of(bytes.begin(), bytes.begin() + 10,
                     [](std::uint8_t byte) { return byte == 0; });
}

bool IpAddress::is_unspecified() const {
  return zone.empty() &&
         std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

bool IpAddress::is_loopback() const {
  if (is_v4) return bytes[0] == 127;
  return bytes[15] == 1 &&
         std::all_of(bytes.begin(), bytes.end() - 1, [](std::uint8_t byte) { return byte == 0; });
}

bool IpAddress::is_multicast() const {
  return is_v4 ? (bytes[0] & 0xF0) == 0xE0 : bytes[0] == 0xFF;
}

bool IpAddress::is_link_local_multicast() const {
  if (is_v4) return bytes[0] == 224 && bytes[1] == 0 && bytes[2] == 0;
  return bytes[0] == 0xFF && (bytes[1] & 0x0F) == 0x02;
}

bool IpAddress::is_link_local_unicast() const {
  if (is_v4) return bytes[0] == 169 && bytes[1] == 254;
  return bytes[0] == 0xFE && (bytes[1] & 0xC0) == 0x80;
}

bool IpAddress::is_global_unicast() const {
  const bool broadcast = is_v4 && std::all_of(bytes.begin(), bytes.begin() + 4,
                                              [](std::uint8_t byte) { return byte == 0xFF; });
  return !broadcast && !is_unspecified() && !is_loopback() && !is_multicast() &&
         !is_link_local_unicast();
}

// RFC 5952: lower case, no leading zeros, "::" for the first of the longest runs of two or more
// zero groups.
std::string IpAddress::to_string() const {
  if (is_v4) return fmt::format("{}.{}.{}.{}", bytes[0], bytes[1], bytes[2], bytes[3]);
  const std::string suffix = zone.empty() ? std::string() : "%" + std::string(zone);
  if (is_v4_mapped()) {
    return fmt::format("::ffff:{}.{}.{}.{}{}", bytes[12], bytes[13], bytes[14], bytes[15], suffix);
  }
  unsigned best = 8;
  unsigned best_length = 1;
  for (unsigned i = 0; i < 8; ++i) {
    unsigned end = i;
    while (end < 8 && group(*this, end) == 0) ++end;
    if (end - i > best_length) {
      best = i;
      best_length = end - i;
    }
    i = std::max(i, end);
  }
  std::string text;
  for (unsigned i = 0; i < 8; ++i) {
    if (i == best) {
      text += "::";
      i += best_length - 1;
      continue;
    }
    if (!text.empty() && !text.ends_with(':')) text.push_back(':');
    text += fmt::format("{:x}", group(*this, i));
  }
  return text + suffix;
}

std::optional<IpPrefix> IpPrefix::parse(std::string_view text, std::string* problem) {
  const auto refuse = [&](std::string_view why) -> std::optional<IpPrefix> {
    if (problem != nullptr) *problem = why;
    return std::nullopt;
  };
  const std::size_t slash = text.rfind('/');
  if (slash == std::string_view::npos) return refuse("no '/'");
  std::string why;
  const auto address = IpAddress::parse(text.substr(0, slash), &why);
  if (!address) return refuse(why);
  if (!address->zone.empty()) return refuse("IPv6 zones cannot be present in a prefix");
  const std::string_view digits = text.substr(slash + 1);
  const bool is_number =
      !digits.empty() && digits.size() <= 3 && std::all_of(digits.begin(), digits.end(), is_digit);
  if (!is_number || (digits.size() > 1 && digits[0] == '0'))
    return refuse("bad bits after the slash");
  unsigned length = 0;
  for (const char c : digits) length = length * 10 + static_cast<unsigned>(c - '0');
  if (length > address->bits()) return refuse("the prefix length is out of range");
  return IpPrefix{.address = *address, .length = length};
}

bool IpPrefix::contains(const IpAddress& other) const {
  return address.is_v4 == other.is_v4 && other.zone.empty() && same_bits(address, other, length);
}

bool IpPrefix::contains(const IpPrefix& other) const {
  return length <= other.length && contains(other.address);
}

IpPrefix IpPrefix::masked() const {
  IpPrefix result = *this;
  for (unsigned i = 0; i < 16; ++i) {
    const unsigned kept = length > i * 8 ? std::min(length - i * 8, 8U) : 0;
    result.address.bytes[i] =
        static_cast<std::uint8_t>(result.address.bytes[i] & (0xFF00U >> kept));
  }
  return result;
}

std::string IpPrefix::to_string() const {
  return fmt::format("{}/{}", address.to_string(), length);
}

}  // namespace yagura::policy
