// The steps: options first (operators need some), then the outline of chains with all exceptions
// applied, then rules, then what can only be said of all rules together.

#include "waf/compile/compile.hpp"

#include "waf/compile/internal/build_state.hpp"
#include "waf/compile/internal/ctl.hpp"
#include "waf/compile/internal/fingerprint.hpp"
#include "waf/compile/internal/first_stage.hpp"
#include "waf/compile/internal/needs.hpp"
#include "waf/compile/internal/options.hpp"
#include "waf/compile/internal/outline.hpp"
#include "waf/compile/internal/rules.hpp"

namespace yagura::waf {

std::shared_ptr<const RuleSet> compile(const seclang::Document& document,
                                       const CompileOptions& options, Diagnostics& diagnostics) {
  auto set = std::make_shared<RuleSet>();
  internal::BuildState state{.set = *set, .diagnostics = diagnostics};
  for (int digit = 0; digit < 10; ++digit) (void)state.tx_slot(std::to_string(digit));
  (void)state.chain({});
  const internal::BuildOptions build = internal::read_options(document, state);
  const std::vector<internal::OutlineStep> outline = internal::make_outline(document, state);
  internal::build_rules(document, outline, build, options, state);
  if (diagnostics.has_errors()) return nullptr;
  internal::resolve_removed_ids(state);
  internal::find_needs(state);
  set->fingerprint = internal::fingerprint(document, options);
  internal::build_first_stage(options, state);
  if (diagnostics.has_errors()) return nullptr;
  return set;
}

}  // namespace yagura::waf
