#include "cli/sensor_command.hpp"

#include <CLI/CLI.hpp>

#include "cli/sensor_policy.hpp"
#include "cli/sensor_profile.hpp"
#include "cli/sensor_replay.hpp"
#include "cli/sensor_respond.hpp"
#include "cli/sensor_run.hpp"
#include "cli/sensor_show.hpp"
#include "cli/sensor_trace.hpp"

namespace yagura::cli {

void add_sensor_command(CLI::App& app, ExitCode& exit_code) {
  CLI::App* const sensor = app.add_subcommand(
      "sensor", "See what pods do, judge it by Falco's rules, refuse it in the kernel");
  sensor->require_subcommand(1);
  add_sensor_run(*sensor, exit_code);
  add_sensor_policy(*sensor, exit_code);
  add_sensor_profile(*sensor, exit_code);
  add_sensor_respond(*sensor, exit_code);
  add_sensor_trace(*sensor, exit_code);
  add_sensor_replay(*sensor, exit_code);
  add_sensor_show(*sensor, exit_code);
}

}  // namespace yagura::cli
