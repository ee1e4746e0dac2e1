#pragma once

// The node's own addresses, as the kernel lists them for a network namespace: kubelet's probes and
// whatever else the node itself sends come from them.

#include <array>
#include <cstdint>
#include <filesystem>
#include <set>
#include <string_view>

#include "core/result.hpp"

namespace yagura::sensor::enforce {

using NodeAddress = std::array<std::uint8_t, 16>;  // IPv4 as ::ffff:a.b.c.d

// `folder` is /proc/PID/net: its files fib_trie and if_inet6 (proc(5)). Without loopback's. Errors:
// fib_trie cannot be read or is larger than 16 MiB. No if_inet6: a node without IPv6.
[[nodiscard]] Result<std::set<NodeAddress>> read_node_addresses(
    const std::filesystem::path& folder);

// What these files hold. Lines that are of another form are passed over.
void parse_fib_trie(std::string_view text, std::set<NodeAddress>& addresses);
void parse_if_inet6(std::string_view text, std::set<NodeAddress>& addresses);

}  // namespace yagura::sensor::enforce
