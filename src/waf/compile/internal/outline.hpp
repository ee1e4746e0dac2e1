#pragma once

// The rules of a document as chains, with markers between them, after everything that removes and
// changes rules (SecRuleRemove*, SecRuleUpdate*) has been applied. As in ModSecurity 3 these apply
// to all rules, wherever they stand.

#include <string>
#include <vector>

#include "waf/compile/internal/build_state.hpp"

namespace yagura::waf::internal {

struct OutlineStep {
  std::string marker;                         // of a SecMarker; then there are no links
  std::vector<seclang::RuleDirective> links;  // a rule alone, or a chain
  RuleId id = 0;
  // The directives of the document that removed it (the first that did) and that changed it.
  const seclang::PlainDirective* removed_by = nullptr;
  std::vector<const seclang::PlainDirective*> updated_by;
};

[[nodiscard]] std::vector<OutlineStep> make_outline(const seclang::Document& document,
                                                    BuildState& state);

}  // namespace yagura::waf::internal
