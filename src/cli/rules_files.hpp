#pragma once

// Rule files as the commands of `yagura rules` take them.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostics.hpp"
#include "core/result.hpp"
#include "rules/compile/compiler.hpp"
#include "rules/load/definitions.hpp"

namespace yagura::cli {

struct LoadedRules {
  rules::Definitions definitions;
  std::shared_ptr<const rules::RuleSet> set;  // null: `diagnostics` has errors
};

// The paths as rules::read_definitions() takes them. The error: one that cannot be read.
[[nodiscard]] Result<LoadedRules> load_rules(const std::vector<std::string>& paths,
                                             Diagnostics& diagnostics,
                                             const rules::CompileOptions& options = {});

// The same for commands that only need rules without errors: tells what is wrong on standard error.
[[nodiscard]] Result<std::shared_ptr<const rules::RuleSet>> usable_rules(
    const std::vector<std::string>& paths);

// "1 rule", "2 rules".
[[nodiscard]] std::string counted(std::size_t count, std::string_view word);

}  // namespace yagura::cli
