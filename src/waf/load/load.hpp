#pragma once

// From a path that an operator named to a rule set. What a path may be:
//   a file: SecLang, read alone;
//   a folder of rules, as the Core Rule Set and Debian's modsecurity-crs lay it out. Read in this
//   order:
//     1. engine directives: modsecurity.conf of the folder; else base_directives();
//     2. `directives_before`
//     3. owasp-crs.load of the folder, where there is one: it includes the rest;
//        else crs-setup.conf (or crs-setup.conf.example) and rules/*.conf, or *.conf of the folder
//        itself where it has no rules/.
// Further directives are read last. Operator configuration, not hostile.

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "core/diagnostics.hpp"
#include "waf/compile/compile.hpp"
#include "waf/seclang/ast.hpp"

namespace yagura::waf {

struct RuleSource {
  std::filesystem::path path;     // empty: only `directives`
  std::string directives;         // SecLang, read last; relative paths are the working folder's
  std::string directives_before;  // SecLang, read before a rule set's own setup: its settings
  std::filesystem::path cache_folder;  // compiled pattern databases; empty: not kept
  std::string shadow;                  // "942100,941000-941999,attack-sqli": ids, ranges, tags
};

// What ModSecurity's recommended configuration sets before rules: bodies of requests and responses
// are read, JSON and XML by content type, strict multipart, the usual limits. Rule ids 200000 to
// 200007.
[[nodiscard]] std::string_view base_directives();

[[nodiscard]] seclang::Document read_rules(const RuleSource& source, Diagnostics& diagnostics);

// Null where there was an error; every problem is in `diagnostics`.
[[nodiscard]] std::shared_ptr<const RuleSet> load_rules(const RuleSource& source,
                                                        Diagnostics& diagnostics);

// Splits `shadow` into options.shadow_ids and options.shadow_tags.
void read_shadow(std::string_view shadow, CompileOptions& options, Diagnostics& diagnostics);

}  // namespace yagura::waf
