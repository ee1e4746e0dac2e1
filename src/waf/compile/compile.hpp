#pragma once

// From a document to a rule set. Every problem goes to the diagnostics with file and line; where
// there is an error the result is null: a rule is never silently left out.

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/diagnostics.hpp"
#include "waf/compile/rule_set.hpp"
#include "waf/seclang/ast.hpp"

namespace yagura::waf {

struct CompileOptions {
  std::filesystem::path cache_folder;   // compiled pattern databases; empty: not kept
  std::vector<RuleIdRange> shadow_ids;  // rules that are reported and never counted
  std::vector<std::string> shadow_tags;
  bool use_prefilter = true;  // false: every rule looks at every value (tests compare both)
};

[[nodiscard]] std::shared_ptr<const RuleSet> compile(const seclang::Document& document,
                                                     const CompileOptions& options,
                                                     Diagnostics& diagnostics);

}  // namespace yagura::waf
