#pragma once

// Rule files to what a judge needs: the compiled rules of a source and their outputs.

#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "core/diagnostics.hpp"
#include "rules/output/output_template.hpp"
#include "rules/program/rule_set.hpp"

namespace yagura::rules {

struct LoadedRules {
  std::shared_ptr<const RuleSet> set;   // null where there is an error
  std::vector<OutputTemplate> outputs;  // by position in set->rules; of other sources: empty text
};

// Reads, loads and compiles the files in order, as Falco does with several -r. Files that cannot be
// read and outputs that name unknown fields are errors too; all of them are in `diagnostics`.
[[nodiscard]] LoadedRules load_rules(std::span<const std::filesystem::path> files, Source source,
                                     Diagnostics& diagnostics);

}  // namespace yagura::rules
