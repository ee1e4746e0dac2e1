#pragma once

// From the outline to rules, phases and jumps.

#include <vector>

#include "waf/compile/compile.hpp"
#include "waf/compile/internal/options.hpp"
#include "waf/compile/internal/outline.hpp"

namespace yagura::waf::internal {

void build_rules(const seclang::Document& document, const std::vector<OutlineStep>& outline,
                 const BuildOptions& build, const CompileOptions& options, BuildState& state);

}  // namespace yagura::waf::internal
