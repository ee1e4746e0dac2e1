#pragma once

// Targets of the text to targets of the engine: names resolved, exclusions put with what they
// exclude from.

#include <string>
#include <utility>
#include <vector>

#include "waf/compile/internal/build_state.hpp"

namespace yagura::waf::internal {

// One target without regard to '!'. Nothing where it is wrong, which is reported.
[[nodiscard]] std::optional<RuleTarget> resolve_target(const seclang::Target& target,
                                                       BuildState& state);
// All of a rule's.
[[nodiscard]] std::vector<RuleTarget> resolve_targets(const std::vector<seclang::Target>& targets,
                                                      const seclang::Position& position,
                                                      BuildState& state);
// Reports a prefix in an XPath that the rule's xmlns actions do not declare: it would never match.
void check_xpath_prefixes(const std::vector<RuleTarget>& targets,
                          const std::vector<std::pair<std::string, std::string>>& declared,
                          const seclang::Position& position, const BuildState& state);

}  // namespace yagura::waf::internal
