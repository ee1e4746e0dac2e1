#pragma once

// The checks of lint(), one function each.

#include "core/diagnostics.hpp"
#include "waf/compile/rule_set.hpp"
#include "waf/seclang/ast.hpp"

namespace yagura::waf::internal {

// --- of the text
// skipAfter to a marker or rule that does not follow: it skips the rest of the phase.
void lint_jumps(const seclang::Document& document, Diagnostics& diagnostics);
// SecRuleRemoveById, SecRuleUpdate*ById and ctl:ruleRemove*ById of rules that are not there.
void lint_exceptions(const seclang::Document& document, Diagnostics& diagnostics);
// "t:lowercase,t:none": the second undoes the first.
void lint_discarded_transformations(const seclang::RuleDirective& rule, Diagnostics& diagnostics);
// "REQUEST_URI|!ARGS:a": nothing to exclude from.
void lint_exclusions(const seclang::RuleDirective& rule, Diagnostics& diagnostics);
// "t:lowercase" with "@streq Admin": capitals that no value has.
void lint_capitals(const seclang::RuleDirective& rule, Diagnostics& diagnostics);
// Tagged paranoia-level/2 but counted in …_pl1: a gap between paranoia levels.
void lint_scores(const seclang::RuleDirective& rule, Diagnostics& diagnostics);

// --- of the rule set
// Rules behind a SecAction that always ends or leaves the phase.
void lint_unreachable(const RuleSet& set, Diagnostics& diagnostics);
// Rules that run before what they look at is there.
void lint_early(const RuleSet& set, Diagnostics& diagnostics);
// Rules that interrupt without a message or severity.
void lint_messages(const RuleSet& set, Diagnostics& diagnostics);
// %{TX.1} in a rule without capture.
void lint_captures(const RuleSet& set, Diagnostics& diagnostics);
// Patterns with lookaround or back references: only a bounded matcher knows them.
void lint_patterns(const RuleSet& set, Diagnostics& diagnostics);
// TX members that are read and never set, or set and never read.
void lint_tx(const RuleSet& set, Diagnostics& diagnostics);

}  // namespace yagura::waf::internal
