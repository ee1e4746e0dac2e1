#pragma once

// Exceptions of rules. Internal to src/rules/load.

#include <vector>

#include "rules/load/item_reader.hpp"

namespace yagura::rules {

// The key `exceptions` of a rule, an append or an override. Problems are reported by `item`.
[[nodiscard]] std::vector<ExceptionDefinition> read_exceptions(ItemReader& item);

// Fills in the comps that are left out, and checks that fields, comps and rows fit each other.
// False: reported.
bool complete_exception(ExceptionDefinition& exception, ItemReader& item);

// Adds to an exception of the rule (rows only) or to the rule.
void append_exceptions(std::vector<ExceptionDefinition> added, RuleDefinition& rule,
                       ItemReader& item);

}  // namespace yagura::rules
