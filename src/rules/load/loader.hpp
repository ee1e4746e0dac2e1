#pragma once

// Rule files (YAML, any number, in order) to definitions, as Falco's loader reads them: lists,
// macros and rules, `append: true` and `override:`, `required_engine_version`,
// `required_plugin_versions`. Bytes are the operator's; hostile ones cost linear time and memory.

#include <memory>
#include <string_view>

#include "core/diagnostics.hpp"
#include "kube/document.hpp"
#include "rules/load/definitions.hpp"

namespace yagura::rules {

struct LoadLimits {
  std::uint32_t max_file_size = std::uint32_t{16} << 20;  // bytes
  std::uint32_t max_depth = 32;                           // of YAML; rules need 6
  std::uint32_t max_nodes = 2'000'000;                    // of one file
  std::size_t max_definitions = 100'000;                  // of all files
};

// Adds what the file defines. Every problem of the file is a diagnostic with its place; an item
// with an error may be applied in part. Whoever compiles checks diagnostics.has_errors() first:
// nothing is to be used of files that have any. A rule has at most 1,000 exceptions and tags, a
// condition 1,000 appended pieces.
void load_rule_file(const std::shared_ptr<const kube::Source>& source, Definitions& definitions,
                    Diagnostics& diagnostics, const LoadLimits& limits = {});

}  // namespace yagura::rules
