#pragma once

// What several policies say together, as tables for the kernel (bpf/tables.h).
//
// How they meet: what any of them denies is denied, in the strongest of the modes of those that
// deny it. Allow lists of all policies of the same operation are one list; what is on none of them
// is denied. A policy of a weaker mode never loosens one of a stronger mode: what an `observe`
// policy allows counts only where `observe` policies deny the rest.

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sensor/enforce/bpf/tables.h"
#include "sensor/enforce/policy/policy.hpp"

namespace yagura::sensor::enforce {

// Keys without the group's number.
struct RuleKey {
  ygr_operation operation = YGR_OP_EXEC;
  ygr_match match = YGR_MATCH_EXACT;
  std::uint64_t subject = 0;
  friend auto operator<=>(const RuleKey&, const RuleKey&) = default;
};

struct NameKey {
  ygr_operation operation = YGR_OP_EXEC;
  std::uint64_t parent = 0;
  std::string name;
  friend auto operator<=>(const NameKey&, const NameKey&) = default;
};

struct PortKey {
  std::uint16_t protocol = 0;
  std::uint16_t port = 0;
  std::uint8_t length = 0;  // bits of port
  friend auto operator<=>(const PortKey&, const PortKey&) = default;
};

using PortTable = std::map<PortKey, ygr_rule_value>;

// The addresses of one CIDR of a policy, less those of longer ones.
struct Network {
  ygr_operation operation = YGR_OP_EGRESS;
  Cidr cidr;
  PortTable ports;
};

// A rule with the policy that it is of.
struct RuleRef {
  const Policy* policy = nullptr;
  const PolicyRule* rule = nullptr;
  std::uint32_t index = 0;
};

struct Group {
  std::map<RuleKey, ygr_rule_value> rules;
  std::map<NameKey, ygr_rule_value> names;
  std::array<std::optional<ygr_operation_value>, YGR_OPERATIONS> operations;
  std::vector<Network> networks;
  // Domains that a rule names; their addresses are known later (see domains.hpp).
  std::vector<RuleRef> domain_rules;
  // Of networks, for addresses that come later.
  std::vector<RuleRef> network_rules;
};

// The policies must outlive the group. O(values * log values); networks O(n^2) in those of one
// group.
[[nodiscard]] Group compile_group(std::span<const Policy* const> policies, std::uint64_t seed);

// What the rules say of an address at all ports: `rules` are those that hold it.
[[nodiscard]] PortTable compile_ports(std::span<const RuleRef> rules);

// Adds what one more rule says.
void merge(ygr_rule_value& into, const ygr_rule_value& value);

}  // namespace yagura::sensor::enforce
