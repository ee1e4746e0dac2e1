#pragma once

// Addresses of watch lists as the words that kernel programs search (bpf/tables.h). Per address
// that stands alone two points of 6 bytes: 12 bytes and a little more for IPv4, 36 for IPv6.

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "sensor/enforce/bpf/tables.h"
#include "sensor/enforce/policy/policy.hpp"

namespace yagura::sensor::enforce {

struct WatchedNetworks {
  std::string name;  // of the list
  std::vector<Cidr> networks;
};

class WatchedLines {
 public:
  // O(n log n) in the networks of all lists, which may overlap as they like. Errors: more than
  // 65,535 combinations of lists, more than 16 lists for an address, more than YGR_MAX_POINTS.
  [[nodiscard]] static Result<WatchedLines> make(std::span<const WatchedNetworks> lists);

  // What the kernel's programs find. Numbers are those of watch_list_number(), in order.
  [[nodiscard]] std::vector<std::uint32_t> lists_of(
      const std::array<std::uint8_t, 16>& address) const;
  [[nodiscard]] std::span<const ygr_watched_line> lines() const { return lines_; }
  [[nodiscard]] bool is_empty() const { return lines_.empty(); }  // no address at all

 private:
  std::vector<ygr_watched_line> lines_;
};

}  // namespace yagura::sensor::enforce
