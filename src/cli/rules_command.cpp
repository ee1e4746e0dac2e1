// `yagura rules`: a file a subcommand.

#include "cli/rules_command.hpp"

#include <CLI/CLI.hpp>

#include "cli/rules_audit.hpp"
#include "cli/rules_coverage.hpp"
#include "cli/rules_inspect.hpp"

namespace yagura::cli {

void add_rules_command(CLI::App& app, ExitCode& exit_code) {
  CLI::App* const rules =
      app.add_subcommand("rules", "Falco rules: check them, judge events by them");
  rules->require_subcommand(1);
  add_rules_inspect(*rules, exit_code);
  add_rules_coverage(*rules, exit_code);
  add_rules_audit(*rules, exit_code);
}

}  // namespace yagura::cli
