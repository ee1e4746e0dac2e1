#include "waf/compile/lint.hpp"

#include "waf/compile/internal/lint_checks.hpp"

namespace yagura::waf {

void lint(const seclang::Document& document, const RuleSet* set, Diagnostics& diagnostics) {
  internal::lint_jumps(document, diagnostics);
  internal::lint_exceptions(document, diagnostics);
  for (const seclang::Directive& each : document.directives) {
    const auto* const rule = std::get_if<seclang::RuleDirective>(&each);
    if (rule == nullptr) continue;
    internal::lint_discarded_transformations(*rule, diagnostics);
    internal::lint_exclusions(*rule, diagnostics);
    internal::lint_capitals(*rule, diagnostics);
    internal::lint_scores(*rule, diagnostics);
  }
  if (set == nullptr) return;
  internal::lint_unreachable(*set, diagnostics);
  internal::lint_early(*set, diagnostics);
  internal::lint_messages(*set, diagnostics);
  internal::lint_captures(*set, diagnostics);
  internal::lint_patterns(*set, diagnostics);
  internal::lint_tx(*set, diagnostics);
}

}  // namespace yagura::waf
