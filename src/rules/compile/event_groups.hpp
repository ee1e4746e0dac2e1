#pragma once

// The lists of rules by type of event. Internal to src/rules/compile.

#include <vector>

#include "rules/compile/graph.hpp"

namespace yagura::rules {

// For every type: which rules are left once `evt.type` is that name, and what is left of them.
// Fills in the types of each rule and the set's lists; gives the roots of all of them.
[[nodiscard]] std::vector<NodeId> group_by_event_type(Graph& graph);

}  // namespace yagura::rules
