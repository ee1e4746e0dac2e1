#pragma once

// Addresses of the domains that policies name, from the answers that containers got. An address
// counts for at least kLeastTime, since programs use answers longer than they hold, and for what
// the answer says, up to a day.
//
// What it cannot do: the sensor hears of an answer as the program does. A connection that is made
// at once may come before the address is known: one to a denied domain may pass the first time, one
// to an allowed domain may be refused and succeed when it is tried again.

#include <chrono>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "sensor/dns/message.hpp"
#include "sensor/enforce/compile/group.hpp"

namespace yagura::sensor::enforce {

class DomainAddresses {
 public:
  static constexpr std::size_t kMaxAddresses = 65'536;
  static constexpr std::chrono::seconds kLeastTime{300};
  static constexpr std::chrono::seconds kMostTime{86'400};

  struct Address {
    Cidr cidr;
    PortTable ports;
  };

  // What is to be put in force for this group now. At kMaxAddresses new ones are left out and
  // counted. O(answers * rules).
  [[nodiscard]] std::vector<Address> learn(std::uint32_t group_number, const Group& group,
                                           const DnsMessage& answer, std::chrono::nanoseconds now);
  // Those whose time is over; they are forgotten.
  [[nodiscard]] std::vector<std::pair<std::uint32_t, Cidr>> expire(std::chrono::nanoseconds now);
  void clear() { known_.clear(); }
  [[nodiscard]] std::uint64_t left_out() const { return left_out_; }

 private:
  using Key = std::pair<std::uint32_t, std::array<std::uint8_t, 16>>;
  struct Known {
    std::chrono::nanoseconds until{0};
    std::vector<std::size_t> rules;  // of Group::domain_rules
  };
  std::map<Key, Known> known_;
  std::uint64_t left_out_ = 0;
};

// "*.example.org" matches every name below, "example.org" itself alone.
[[nodiscard]] bool matches_domain(std::string_view pattern, std::string_view name);

}  // namespace yagura::sensor::enforce
