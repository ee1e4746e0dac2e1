#pragma once

#include <string>

#include "cli/command.hpp"

namespace yagura::cli {

struct WafListOptions {
  std::string rules;
  std::string exclusions;  // a SecLang file, read before the rules; empty: none
  std::string shadow;
  unsigned level = 0;  // only rules that run at this paranoia level; 0: all
  std::string cache;
  std::string format = "table";
  bool verbose = false;
};
ExitCode run_waf_list(const WafListOptions& options);

}  // namespace yagura::cli
