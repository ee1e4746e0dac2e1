#pragma once

#include "waf/compile/rule_set.hpp"

namespace yagura::waf::internal {

// Does this ctl:ruleRemoveTarget… name the rule?
[[nodiscard]] bool removes_target(const RuleAction& action, const Rule& head);

}  // namespace yagura::waf::internal
