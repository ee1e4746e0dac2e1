#pragma once

// ctl: what a rule changes for the rest of its transaction.

#include <vector>

#include "waf/compile/internal/build_state.hpp"

namespace yagura::waf::internal {

void add_ctl(const seclang::Action& action, std::vector<RuleAction>& actions, BuildState& state);

// Once all rules are known: the ids that ctl:ruleRemove*ByTag and ByMsg mean.
void resolve_removed_ids(BuildState& state);

}  // namespace yagura::waf::internal
