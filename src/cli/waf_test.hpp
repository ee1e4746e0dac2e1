#pragma once

#include <string>

#include "cli/command.hpp"

namespace yagura::cli {

struct WafTestOptions {
  std::string rules, tests, overrides;
  std::string connect, log;  // both or none
  std::string filter;
  std::string setup = "crs-tests";
  std::string cache;
  std::string format = "text";
};
// Failures and the counts on standard output. kFindings: a test failed.
ExitCode run_waf_test(const WafTestOptions& options);

}  // namespace yagura::cli
