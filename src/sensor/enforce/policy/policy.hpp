#pragma once

// A RuntimePolicy as it was written: what pods it selects and what it says of each operation.
// Plain data; policy_reader.hpp makes it, compile/ turns what selects a pod into tables.

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sensor/enforce/operations.h"
#include "sensor/enforce/policy/selector.hpp"

namespace yagura::sensor::enforce {

// What happens with what a policy denies. The order is one of strength.
enum class Mode : std::uint8_t {
  kObserve = 1,  // recorded
  kAlert = 2,    // recorded as what would have been blocked
  kBlock = 3,    // refused, as well as the node can
};

enum class Effect : std::uint8_t { kAllow, kDeny };

// "/a/b": this path. "/a/b/" and "/a/b/**": it and all below. "/a/b*": names in /a that begin so.
struct PathPattern {
  enum class Kind : std::uint8_t { kExact, kTree, kNamePrefix };
  Kind kind = Kind::kExact;
  // Without the stars and without a slash at the end; "" is the root. Of kNamePrefix: "/a/b".
  std::string path;
  friend bool operator==(const PathPattern&, const PathPattern&) = default;
};

// IPv4 stands as ::ffff:a.b.c.d, its length is 96 more than written.
struct Cidr {
  std::array<std::uint8_t, 16> address{};
  std::uint8_t length = 0;  // bits
  friend bool operator==(const Cidr&, const Cidr&) = default;
  [[nodiscard]] bool contains(const Cidr& other) const;
};

enum class Protocol : std::uint8_t { kAny = 0, kTcp = 6, kUdp = 17, kSctp = 132 };

struct PortRange {
  Protocol protocol = Protocol::kAny;
  std::uint16_t first = 0;
  std::uint16_t last = 65535;
  friend bool operator==(const PortRange&, const PortRange&) = default;
};

using Sha256 = std::array<std::uint8_t, 32>;

// One line of a policy. What it speaks of is empty (the whole operation) or one of: paths, hashes,
// peers, subjects.
struct PolicyRule {
  std::string field;             // "spec.files[0]"
  std::uint32_t operations = 0;  // bits of 1 << ygr_operation
  Effect effect = Effect::kDeny;
  std::vector<PathPattern> paths;
  std::vector<Sha256> hashes;
  // Network: addresses or domains (neither: every address) at these ports (none: every port).
  std::vector<Cidr> cidrs;
  std::vector<std::string> domains;  // lower case; "*.example.org" is every name below
  std::vector<PortRange> ports;
  std::string watch_list;               // network: every address of this watch list, at any port
  std::vector<std::uint64_t> subjects;  // as ygr_verdict.subject counts them

  [[nodiscard]] bool speaks_of(ygr_operation operation) const {
    return ((operations >> operation) & 1U) != 0;
  }
};

struct AutoRevert {
  std::chrono::minutes after{0};    // 0: never
  std::uint32_t after_denials = 0;  // 0: never
};

struct Policy {
  std::string name;
  std::string file;  // where it was read
  std::uint32_t line = 0;
  std::uint32_t number =
      0;  // of ygr_verdict.policy: made of the name, so that it outlives restarts
  Selector selector;
  Mode mode = Mode::kAlert;
  AutoRevert auto_revert;
  // An executable whose hash nobody knows yet, where a rule speaks of hashes: refused the first
  // time (true) or let through while it is being computed.
  bool denies_unknown_hashes = false;
  // Packets of the node itself, as kubelet's probes: judged as any other (true) or let in.
  bool judges_node = false;
  std::vector<PolicyRule> rules;  // ygr_verdict.rule is the index
};

// FNV-1a of a watch list's name, by which kernel programs know it; never 0.
[[nodiscard]] std::uint32_t watch_list_number(std::string_view name);

// FNV-1a of the name; never 0.
[[nodiscard]] std::uint32_t policy_number(std::string_view name);

[[nodiscard]] std::string_view to_string(Mode mode);  // "observe", "alert", "block"
// "exec", "file.write", "network.egress": as verdicts and metrics name it.
// `operation`: enum ygr_operation; "?" where it is none, as of a hostile capture.
[[nodiscard]] std::string_view operation_name(unsigned operation);

// None where it is neither an address nor one with "/length", or bits behind the length are set.
[[nodiscard]] std::optional<Cidr> parse_cidr(std::string_view text);
// None where it is not absolute, has "." or "..", an empty name, or a star elsewhere than at the
// end, or more than 48 names.
[[nodiscard]] std::optional<PathPattern> parse_path_pattern(std::string_view text);

}  // namespace yagura::sensor::enforce
