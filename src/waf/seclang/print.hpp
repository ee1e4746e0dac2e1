#pragma once

// A rule as SecLang text, from its parts: parsing it gives the same rule.

#include <string>

#include "waf/seclang/ast.hpp"

namespace yagura::waf::seclang {

// One line: SecRule TARGETS "OPERATOR" "ACTIONS".
[[nodiscard]] std::string to_string(const RuleDirective& rule);
// Between double quotes, escaped: "!@rx ^\"a\"" without the quotes around it.
[[nodiscard]] std::string to_string(const OperatorCall& op);

}  // namespace yagura::waf::seclang
