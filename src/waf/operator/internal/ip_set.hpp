#pragma once

// Sets of addresses and networks, IPv4 and IPv6: ranges, sorted and merged, searched in O(log n).

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace yagura::waf::internal {

// 128 bits in the order of the network; IPv4 addresses as ::ffff:a.b.c.d (RFC 4291, 2.5.5.2), so
// that both ways of writing one are one.
struct IpAddress {
  std::uint64_t high = 0, low = 0;
  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;

  // Dotted IPv4 (four decimal numbers, RFC 1123 as inet_pton reads it) or IPv6 text.
  [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text);
};

struct IpRange {
  IpAddress first, last;

  // An address or a network ("10.0.0.0/8"); bits behind the prefix do not matter.
  [[nodiscard]] static std::optional<IpRange> parse(std::string_view text);
};

class IpSet {
 public:
  explicit IpSet(std::vector<IpRange> ranges);

  [[nodiscard]] bool contains(const IpAddress& address) const;
  [[nodiscard]] std::size_t range_count() const { return ranges_.size(); }

 private:
  std::vector<IpRange> ranges_;  // sorted, disjoint
};

}  // namespace yagura::waf::internal
