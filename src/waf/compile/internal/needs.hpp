#pragma once

#include "waf/compile/internal/build_state.hpp"

namespace yagura::waf::internal {

// Which bodies, and what of them, the rules look at.
void find_needs(BuildState& state);

}  // namespace yagura::waf::internal
