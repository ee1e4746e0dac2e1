#pragma once

// The actions that write variables: setvar, setenv, initcol, expirevar, deprecatevar.

#include <vector>

#include "waf/compile/internal/build_state.hpp"

namespace yagura::waf::internal {

// setvar: "tx.a", "!tx.a", "tx.a=1", "tx.a=+%{tx.b}", "tx.%{rule.id}-x=-1".
void add_set_variable(const seclang::Action& action, std::vector<RuleAction>& actions,
                      BuildState& state);
// setenv: "name", "!name", "name=value".
void add_environment(const seclang::Action& action, std::vector<RuleAction>& actions,
                     BuildState& state);
// initcol: "ip=%{REMOTE_ADDR}".
void add_collection(const seclang::Action& action, std::vector<RuleAction>& actions,
                    BuildState& state);
// expirevar: "ip.a=3600"; deprecatevar: "ip.a=60/300".
void add_expiry(const seclang::Action& action, ActionKind kind, std::vector<RuleAction>& actions,
                BuildState& state);

}  // namespace yagura::waf::internal
