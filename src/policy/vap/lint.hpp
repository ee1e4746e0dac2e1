#pragma once

// What is allowed but hardly meant: warnings on policies that compile.

#include "core/diagnostics.hpp"
#include "policy/vap/policy_set.hpp"

namespace yagura::policy {

// Rules that name no resource of the API; variables that nothing uses; expressions whose cost is,
// or may become, more than the API server allows; bindings without the parameters that their policy
// takes; mutating policies, which are not evaluated.
void lint_policies(const PolicySet& set, Diagnostics& diagnostics);

}  // namespace yagura::policy
