#pragma once

// What a document's rules are, for people and their tools: also those that an exception removed,
// which are in no rule set. Exceptions at run time (ctl:ruleRemove…) depend on the request and are
// not told here.

#include <cstdint>
#include <string>
#include <vector>

#include "waf/compile/rule_set.hpp"
#include "waf/seclang/ast.hpp"

namespace yagura::waf {

// How much of a rule the first stage does: where it scans all its targets, a request without a hit
// costs the rule nothing.
enum class ScanUse : std::uint8_t {
  kNothingToScan,  // SecAction, a removed rule
  kNoTarget,       // its operator is asked about every value
  kSomeTargets,    // … about the values of some targets, and about hits among the others
  kAllTargets,
};

// One rule, or a chain by its first rule.
struct CatalogueEntry {
  RuleId id = 0;
  std::uint8_t phase = 2;
  unsigned paranoia_level = 0;  // from a tag "paranoia-level/2", as CRS has them; 0: none
  int severity = -1;            // 0 EMERGENCY to 7 DEBUG; -1: none
  std::vector<std::string> tags;
  std::string message;  // tags and message as written: macros are not expanded
  std::string file;
  std::uint32_t line = 0;
  std::size_t links = 1;  // rules in the chain
  bool shadow = false;
  ScanUse scan = ScanUse::kNothingToScan;
  std::string removed_by;  // "own.conf:3: SecRuleRemoveById 942100"; empty: it is loaded
  std::vector<std::string> updated_by;  // the same of SecRuleUpdate…
};

// In the order of the files. `set`: what compile() made of `document`. Linear in the rules (times
// the exceptions by tag or message).
[[nodiscard]] std::vector<CatalogueEntry> catalogue(const seclang::Document& document,
                                                    const RuleSet& set);

// "CRITICAL"; empty where there is none.
[[nodiscard]] std::string_view severity_name(int severity);

}  // namespace yagura::waf
