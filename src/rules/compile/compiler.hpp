#pragma once

// Definitions to a rule set: lists and macros inlined, fields and types checked, exceptions added,
// equal subconditions shared, rules indexed by type of event.

#include <memory>

#include "core/diagnostics.hpp"
#include "rules/load/definitions.hpp"
#include "rules/program/rule_set.hpp"

namespace yagura::rules {

struct CompileOptions {
  bool note_unused = false;  // macros and lists that nothing refers to, as notes
};

struct CompileLimits {
  std::size_t max_list_items = 2'000'000;  // of all lists, after lists in lists
  std::size_t max_nodes = 1'000'000;       // of conditions, once equal ones are one
  std::size_t max_constants = 4'000'000;   // that comparisons are made of, those of lists counted
  std::size_t max_pattern_bytes = std::size_t{256} << 20;  // of globs and regular expressions
  std::size_t max_errors = 1'000;                          // then the rest is not checked
};

// Null where there is any error, of loading (already in `diagnostics`) or of compiling: nothing is
// half loaded. Every problem is told with its place; rules that match too many types of events are
// warned of as LOAD_NO_EVTTYPE, as Falco does. Rules of unknown sources, and those that say
// skip-if-unknown-filter and ask for what is unknown, are left out with a warning.
[[nodiscard]] std::shared_ptr<const RuleSet> compile_rules(const Definitions& definitions,
                                                           Diagnostics& diagnostics,
                                                           const CompileOptions& options = {},
                                                           const CompileLimits& limits = {});

}  // namespace yagura::rules
