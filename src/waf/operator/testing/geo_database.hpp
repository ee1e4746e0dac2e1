#pragma once

// Writes small databases in the MaxMind DB format 2.0 (IPv4 tree, 24-bit records), for tests.

#include <cstdint>
#include <string>
#include <string_view>

namespace yagura::waf::testing {

// A database in which 192.0.2.0/24 lies in Tokyo, Japan, and nothing else is known.
[[nodiscard]] std::string tokyo_database();

}  // namespace yagura::waf::testing
