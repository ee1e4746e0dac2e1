#pragma once

// SecRuleRemoveById/ByTag/ByMsg, SecRuleUpdateTargetById/ByTag/ByMsg, SecRuleUpdateActionById.

#include <vector>

#include "waf/compile/internal/outline.hpp"

namespace yagura::waf::internal {

// In the order of the document.
void apply_exceptions(const seclang::Document& document, std::vector<OutlineStep>& steps,
                      BuildState& state);

}  // namespace yagura::waf::internal
