#pragma once

// Rule files to what a judge needs: the compiled rules of a source and their outputs.

#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "core/diagnostics.hpp"
#include "rules/load/definitions.hpp"
#include "rules/output/output_template.hpp"
#include "rules/program/rule_set.hpp"

namespace yagura::rules {

struct LoadedRules {
  std::shared_ptr<const RuleSet> set;   // null where there is an error
  std::vector<OutputTemplate> outputs;  // by position in set->rules; of other sources: empty text
};

// Files in the order given, folders as their *.yaml and *.yml by name, "-" is standard input. What
// cannot be read is an error in `diagnostics`, as is a folder without such files.
void read_definitions(std::span<const std::filesystem::path> paths, Definitions& definitions,
                      Diagnostics& diagnostics);

// Changes what was loaded before it is compiled: which rules are enabled.
using EditDefinitions = std::function<void(Definitions& definitions, Diagnostics& diagnostics)>;

// Reads, loads and compiles the paths in order, as Falco does with several -r. Outputs that name
// unknown fields are errors too; all of them are in `diagnostics`.
[[nodiscard]] LoadedRules load_rules(std::span<const std::filesystem::path> paths, Source source,
                                     Diagnostics& diagnostics, const EditDefinitions& edit = {});

}  // namespace yagura::rules
