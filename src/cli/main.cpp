// The command line: which command, then that command's file. Nothing is decided here.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "cli/catalogue_command.hpp"
#include "cli/command.hpp"
#include "cli/db_command.hpp"
#ifdef YAGURA_HAVE_GATEWAY
#include "cli/gateway_command.hpp"
#endif
#include "cli/image_command.hpp"
#include "cli/policy_command.hpp"
#ifdef YAGURA_HAVE_RULES
#include "cli/rules_command.hpp"
#endif
#include "cli/scan_command.hpp"
#ifdef YAGURA_HAVE_SENSOR
#include "cli/sensor_command.hpp"
#endif
#ifdef YAGURA_HAVE_WAF
#include "cli/waf_command.hpp"
#endif

namespace yagura::cli {
namespace {

int run(int argc, char** argv) {
  CLI::App app{"Yagura secures Kubernetes clusters from build to run.", "yagura"};
  app.set_version_flag("--version,-V", std::string(kVersion));
  app.require_subcommand(1);
  ExitCode exit_code = ExitCode::kClean;
  add_scan_command(app, exit_code);
  add_image_command(app, exit_code);
  add_db_command(app, exit_code);
  CLI::App& policy = add_policy_command(app, exit_code);
  add_catalogue_commands(policy, exit_code);
#ifdef YAGURA_HAVE_GATEWAY
  add_gateway_command(app, exit_code);
#endif
#ifdef YAGURA_HAVE_RULES
  add_rules_command(app, exit_code);
#endif
#ifdef YAGURA_HAVE_SENSOR
  add_sensor_command(app, exit_code);
#endif
#ifdef YAGURA_HAVE_WAF
  add_waf_command(app, exit_code);
#endif
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // --help and --version are "errors" of code 0 to CLI11.
    return app.exit(error) == 0 ? 0 : static_cast<int>(ExitCode::kUsage);
  }
  return static_cast<int>(exit_code);
}

}  // namespace
}  // namespace yagura::cli

int main(int argc, char** argv) {
  try {
    return yagura::cli::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "yagura: internal error: %s\n", error.what());
    return static_cast<int>(yagura::cli::ExitCode::kInternal);
  }
}
