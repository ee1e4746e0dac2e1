#pragma once

// Addresses and prefixes as CEL values. Internal to the function tables.

#include <string>
#include <string_view>

#include "policy/library/kubernetes/ip_address.hpp"
#include "policy/library/kubernetes/opaque_value.hpp"

namespace yagura::policy {

struct IpTraits {
  using Data = IpAddress;
  static constexpr std::string_view kTypeName = "net.IP";
  static bool equals(const Data& a, const Data& b) { return a == b; }
  static std::string text(const Data& data) { return data.to_string(); }
};

struct CidrTraits {
  using Data = IpPrefix;
  static constexpr std::string_view kTypeName = "net.CIDR";
  static bool equals(const Data& a, const Data& b) { return a == b; }
  static std::string text(const Data& data) { return data.to_string(); }
};

}  // namespace yagura::policy
