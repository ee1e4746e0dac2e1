#pragma once

// SecDefaultAction. As in ModSecurity 3 there is one for a phase, and it holds for all rules of the
// phase: its transformations come first, its other actions too, and `block` does what its
// disruptive action says.

#include <array>

#include "waf/compile/internal/actions.hpp"

namespace yagura::waf::internal {

using DefaultActions = std::array<ActionSet, kPhaseCount>;  // phase n at n - 1

[[nodiscard]] DefaultActions read_default_actions(const seclang::Document& document,
                                                  BuildState& state);

}  // namespace yagura::waf::internal
