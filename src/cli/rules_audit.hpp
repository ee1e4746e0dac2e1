#pragma once

// `yagura rules audit`: judges an API server's audit log, or what its webhook posts, by Falco
// rules.

#include <string>
#include <vector>

#include "cli/command.hpp"

namespace CLI {
class App;
}

namespace yagura::cli {

struct RulesAuditOptions {
  std::string file;                // the log; "-" is standard input
  std::vector<std::string> rules;  // files, in order
  std::string listen;              // ADDRESS:PORT; empty: read `file`
  bool follow = false;
  std::string format = "text";     // text or json
  std::string matching = "all";    // all or first
  std::string priority = "debug";  // firings below it are left out
  std::string fail_on = "debug";   // firings from it on make the exit code 1
  std::string cluster_name;
  std::string hostname;  // empty: FALCO_HOSTNAME, else the machine's
  bool iso_time = false;
};

// Adds `audit` to `yagura rules`.
void add_rules_audit(CLI::App& rules, ExitCode& exit_code);

ExitCode run_rules_audit(const RulesAuditOptions& options);

}  // namespace yagura::cli
