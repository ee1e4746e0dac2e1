#pragma once

// Which rules take part in the first stage (see match/prefilter.hpp), by which targets, and the
// prefilter of each phase.

#include "waf/compile/compile.hpp"
#include "waf/compile/internal/build_state.hpp"

namespace yagura::waf::internal {

void build_first_stage(const CompileOptions& options, BuildState& state);

}  // namespace yagura::waf::internal
