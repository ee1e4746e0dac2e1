#pragma once

// What is right as SecLang and still not what its writer wants. Warnings only. Each check is one
// function, listed in lint.cpp; a test for each has a rule that it warns of and one that it does
// not.

#include "core/diagnostics.hpp"
#include "waf/compile/rule_set.hpp"
#include "waf/seclang/ast.hpp"

namespace yagura::waf {

// `set` is what compile() made of `document`; null where it failed: then the checks that need it
// are left out. About as long as compile(); linear in the rules.
void lint(const seclang::Document& document, const RuleSet* set, Diagnostics& diagnostics);

}  // namespace yagura::waf
