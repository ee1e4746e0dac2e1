#pragma once

// Which rule of a chain an exclusion should be for.

#include <cstdint>
#include <string>
#include <vector>

#include "waf/engine/detection.hpp"

namespace yagura::waf::log {

struct ChainTargets {
  std::uint32_t link = 0;              // the rule's place in the chain, from 0
  std::vector<std::string> addresses;  // of all values that it matched: "ARGS:q"
};

// The rule of whose matches each is a value of the request, so that it matches nothing without
// them: that which loses least by it. Its widest variable counts first, then the number of values,
// then its place (later is more precise). No addresses: there is none, or it matched too many.
[[nodiscard]] ChainTargets chain_targets(const Detection& detection);

}  // namespace yagura::waf::log
