#include "cli/sensor_replay.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cli/stop_signal.hpp"
#include "sensor/replay/recording.hpp"
#include "sensor/replay/replay.hpp"

namespace yagura::cli {
namespace {

struct Options {
  std::string file;
  std::vector<std::string> rules;
  std::string format = "text";
  std::string matching = "first";
  std::string priority = "debug";
  std::string fail_on = "debug";
  std::string hostname;
  std::string incidents;
  bool iso_time = false;
};

Result<rules::Priority> priority_of(const std::string& option, const std::string& text) {
  const auto priority = rules::find_priority(text);
  if (!priority) return fail(ErrorCode::kInvalidInput, option + ": no priority " + text);
  return *priority;
}

sensor::ReplayOptions replay_options(const Options& options, rules::Priority minimum) {
  sensor::ReplayOptions its;
  its.detector.matching =
      options.matching == "all" ? sensor::Matching::kAll : sensor::Matching::kFirst;
  its.detector.minimum = minimum;
  its.alerts.format =
      options.format == "json" ? sensor::AlertFormat::kJson : sensor::AlertFormat::kText;
  its.alerts.time_style = options.iso_time ? rules::AlertTime::kIso8601 : rules::AlertTime::kLocal;
  its.hostname = options.hostname;
  its.incidents = options.incidents;
  return its;
}

bool fired_from(const sensor::ReplayStatistics& statistics, const rules::RuleSet& set,
                rules::Priority fail_on) {
  std::map<std::string_view, rules::Priority> priorities;
  for (const auto& rule : set.rules) priorities[rule.name] = rule.priority;
  for (const auto& [name, count] : statistics.by_rule) {
    if (priorities[name] <= fail_on) return true;
  }
  return false;
}

Result<ExitCode> run(const Options& options) {
  YAGURA_TRY(const rules::Priority minimum, priority_of("--priority", options.priority));
  YAGURA_TRY(const rules::Priority fail_on, priority_of("--fail-on", options.fail_on));
  const std::vector<std::filesystem::path> files(options.rules.begin(), options.rules.end());
  Diagnostics diagnostics;
  const auto rules = std::make_shared<const rules::LoadedRules>(
      rules::load_rules(files, rules::Source::kSyscall, diagnostics));
  print_diagnostics(diagnostics);
  if (rules->set == nullptr) return ExitCode::kUsage;
  YAGURA_TRY(const std::unique_ptr<sensor::RecordSource> source,
             sensor::open_recording(options.file));
  catch_stop_signals();
  sensor::ReplaySinks sinks;
  sinks.on_line = [](std::string_view line) {
    (void)std::fwrite(line.data(), 1, line.size(), stdout);
    (void)std::fputc('\n', stdout);
  };
  sinks.should_stop = [] { return stop_was_asked() || std::ferror(stdout) != 0; };
  YAGURA_TRY(const sensor::ReplayStatistics statistics,
             sensor::run_replay(*source, rules, replay_options(options, minimum), sinks));
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    return fail(ErrorCode::kIo, "standard output takes no more");
  }
  std::fprintf(stderr, "yagura: %s", sensor::summary(statistics).c_str());
  return fired_from(statistics, *rules->set, fail_on) ? ExitCode::kFindings : ExitCode::kClean;
}

}  // namespace

void add_sensor_replay(CLI::App& sensor, ExitCode& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* const command = sensor.add_subcommand(
      "replay", "Judge a recording by rules: a capture of ours, or Falco's (.scap)");
  command->footer(
      "Examples:\n"
      "  yagura sensor replay node.capture --rules falco_rules.yaml\n"
      "  yagura sensor replay incident.scap --rules falco_rules.yaml --rules mine.yaml -o json\n"
      "\n"
      "A line an alert goes to standard output, as Falco prints it, the counts and what the\n"
      "recording lacks to standard error at the end.\n\n"
      "Exit code: 0 nothing fired from --fail-on on, 1 something did, 2 wrong usage or input.");
  command->add_option("FILE", options->file, "The recording")->required();
  command
      ->add_option("-r,--rules", options->rules,
                   "Rule files or folders, later ones change earlier ones")
      ->required();
  command->add_option("-o,--output", options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command->add_option("--matching", options->matching, "all rules that fire, or the first")
      ->check(CLI::IsMember({"all", "first"}))
      ->capture_default_str();
  command->add_option("--priority", options->priority, "Leave out alerts below it")
      ->capture_default_str();
  command->add_option("--fail-on", options->fail_on, "Priority from which the exit code is 1")
      ->capture_default_str();
  command->add_option("--hostname", options->hostname,
                      "What the JSON's hostname says (else the recording's)");
  command->add_option("--incidents", options->incidents,
                      "Folder to write what was around each alert, for `yagura sensor show`");
  command->add_flag("--iso-time", options->iso_time, "Times of lines in ISO 8601, UTC");
  command->callback([options, &exit_code] {
    const Result<ExitCode> code = run(*options);
    exit_code = code ? *code : report_error(code.error());
  });
}

}  // namespace yagura::cli
