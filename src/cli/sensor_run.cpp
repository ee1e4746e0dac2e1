#include "cli/sensor_run.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "core/file.hpp"
#include "sensor/agent/agent_rules.hpp"
#include "sensor/agent/configuration.hpp"

namespace yagura::cli {
namespace {

constexpr const char* kDefaultConfiguration = "/etc/yagura/sensor.yaml";

struct Options {
  std::string configuration;
  std::vector<std::string> rules;
  std::vector<std::string> scope;
  std::string format;
  bool dry_run = false;
};

Result<sensor::Configuration> configuration_of(const Options& options, Diagnostics& diagnostics) {
  std::string file = options.configuration;
  if (file.empty() && ::access(kDefaultConfiguration, F_OK) == 0) file = kDefaultConfiguration;
  sensor::Configuration configuration;
  if (!file.empty()) {
    YAGURA_TRY(std::string text, core::read_file(file));
    configuration = sensor::read_configuration(
        std::make_shared<const kube::Source>(file, std::move(text), kube::SourceFormat::kYaml),
        diagnostics);
  }
  if (!options.rules.empty()) {
    configuration.rules_files.assign(options.rules.begin(), options.rules.end());
  }
  if (!options.scope.empty()) configuration.scope = options.scope;
  if (!options.format.empty()) configuration.json = options.format == "json";
  return configuration;
}

Result<ExitCode> run(const Options& options) {
  Diagnostics diagnostics;
  YAGURA_TRY(const sensor::Configuration configuration, configuration_of(options, diagnostics));
  if (configuration.rules_files.empty()) {
    return fail(ErrorCode::kInvalidInput,
                "no rules: give --rules FILE, or rules_files in the configuration");
  }
  const rules::LoadedRules rules = sensor::load_agent_rules(configuration, diagnostics);
  print_diagnostics(diagnostics);
  if (diagnostics.has_errors() || rules.set == nullptr) return ExitCode::kUsage;
  std::fprintf(stderr, "yagura: %zu rules\n", rules.set->rules.size());
  return ExitCode::kClean;
}

}  // namespace

void add_sensor_run(CLI::App& sensor, ExitCode& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* const command = sensor.add_subcommand("run", "The agent: until SIGTERM or SIGINT");
  command->add_option("-c,--config", options->configuration,
                      std::string("YAML; keys of falco.yaml keep their names (else ") +
                          kDefaultConfiguration + ", where it is there)");
  command->add_option("-r,--rules", options->rules,
                      "Rule files or folders, instead of rules_files of the configuration");
  command->add_option("-o,--output", options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
  command->add_option("--scope", options->scope,
                      "Cgroup folders to watch, instead of the whole node");
  command->add_flag("--dry-run", options->dry_run,
                    "Read configuration and rules, say what is wrong, and end");
  command->callback([options, &exit_code] {
    const Result<ExitCode> code = run(*options);
    exit_code = code ? *code : report_error(code.error());
  });
}

}  // namespace yagura::cli
