#pragma once

#include <string>
#include <vector>

#include "cli/command.hpp"

namespace yagura::cli {

struct WafCheckOptions {
  std::string rules;
  std::vector<std::string> requests;  // files, folders, "-"
  std::string response;               // a file; empty: an empty answer with 200
  unsigned paranoia = 0;              // 0: as the rules say
  unsigned threshold = 0;
  std::string cache;
  std::string format = "table";
  bool verbose = false;
};
// kFindings: a request would be blocked.
ExitCode run_waf_check(const WafCheckOptions& options);

struct WafLintOptions {
  std::vector<std::string> paths;
  std::string format = "text";
  bool strict = false;
};
// kFindings: the rules have errors (with --strict: or warnings).
ExitCode run_waf_lint(const WafLintOptions& options);

}  // namespace yagura::cli
