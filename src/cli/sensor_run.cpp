#include "cli/sensor_run.hpp"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>

#include "core/file.hpp"
#include "sensor/agent/agent.hpp"
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
  unsigned seconds = 0;  // 0: until a signal
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

void say(std::string_view line) {
  std::fprintf(stderr, "yagura: %.*s\n", static_cast<int>(line.size()), line.data());
}

// Nothing where there are errors; they were printed.
struct Loaded {
  sensor::Configuration configuration;
  sensor::AgentParts parts;
};

Result<std::optional<Loaded>> load(const Options& options) {
  Diagnostics diagnostics;
  YAGURA_TRY(sensor::Configuration configuration, configuration_of(options, diagnostics));
  if (configuration.rules_files.empty()) {
    return fail(ErrorCode::kInvalidInput,
                "no rules: give --rules FILE, or rules_files in the configuration");
  }
  sensor::AgentParts parts{.rules = sensor::load_agent_rules(configuration, diagnostics),
                           .policies = sensor::load_agent_policies(configuration, diagnostics)};
  print_diagnostics(diagnostics);
  if (diagnostics.has_errors() || parts.rules.set == nullptr) return std::nullopt;
  return Loaded{.configuration = std::move(configuration), .parts = std::move(parts)};
}

// Signals as something to ask for: SIGTERM and SIGINT end, SIGHUP loads rules again, SIGUSR1 opens
// outputs anew. Made before any thread, which inherit what is blocked.
class Signals {
 public:
  Signals() {
    sigset_t wanted;
    sigemptyset(&wanted);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1}) sigaddset(&wanted, signal);
    ::pthread_sigmask(SIG_BLOCK, &wanted, nullptr);
    ::signal(SIGPIPE, SIG_IGN);
    fd_ = ::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
  }
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  ~Signals() { ::close(fd_); }

  // 0: none came.
  [[nodiscard]] int take() const {
    signalfd_siginfo info{};
    return ::read(fd_, &info, sizeof(info)) == sizeof(info) ? static_cast<int>(info.ssi_signo) : 0;
  }

 private:
  int fd_ = -1;
};

// Whether rule files (or the files of their folders) changed since the last look.
class FileWatch {
 public:
  explicit FileWatch(std::vector<std::filesystem::path> paths) : paths_(std::move(paths)) {
    seen_ = look();
  }
  [[nodiscard]] bool has_changed() {
    auto now = look();
    if (now == seen_) return false;
    seen_ = std::move(now);
    return true;
  }

 private:
  using Times = std::map<std::string, std::filesystem::file_time_type>;

  [[nodiscard]] Times look() const {
    Times times;
    std::error_code error;
    for (const auto& path : paths_) {
      times[path.string()] = std::filesystem::last_write_time(path, error);
      if (!std::filesystem::is_directory(path, error)) continue;
      for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
        times[entry.path().string()] = entry.last_write_time(error);
      }
    }
    return times;
  }

  std::vector<std::filesystem::path> paths_;
  Times seen_;
};

// Wrong files leave the rules that are loaded in force.
Result<void> reload(const Options& options, sensor::Agent& agent) {
  Result<std::optional<Loaded>> loaded = load(options);
  if (!loaded || !*loaded) {
    if (!loaded) report_error(loaded.error());
    say("the rules that were loaded before stay in force");
    return {};
  }
  const std::size_t count = (*loaded)->parts.rules.set->rules.size();
  YAGURA_TRY_VOID(agent.replace(std::move((*loaded)->parts)));
  say("loaded " + std::to_string(count) + " rules again");
  return {};
}

Result<void> watch(const Options& options, sensor::Agent& agent, const Signals& signals,
                   FileWatch files, bool watches_files) {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::seconds kLook{2};
  const Clock::time_point begin = Clock::now();
  Clock::time_point next_look = begin + kLook;
  for (;;) {
    YAGURA_TRY_VOID(agent.turn());
    const int signal = signals.take();
    if (signal == SIGTERM || signal == SIGINT) return {};
    if (signal == SIGUSR1) agent.reopen_outputs();
    const Clock::time_point now = Clock::now();
    if (options.seconds > 0 && now - begin >= std::chrono::seconds(options.seconds)) return {};
    bool changed = signal == SIGHUP;
    if (watches_files && now >= next_look) {
      changed = files.has_changed() || changed;
      next_look = now + kLook;
    }
    if (changed) YAGURA_TRY_VOID(reload(options, agent));
  }
}

Result<ExitCode> run(const Options& options) {
  YAGURA_TRY(std::optional<Loaded> loaded, load(options));
  if (!loaded) return ExitCode::kUsage;
  if (options.dry_run) {
    say(std::to_string(loaded->parts.rules.set->rules.size()) + " rules, no errors");
    return ExitCode::kClean;
  }
  const Signals signals;
  std::vector<std::filesystem::path> paths = loaded->configuration.rules_files;
  paths.insert(paths.end(), loaded->configuration.policies.begin(),
               loaded->configuration.policies.end());
  FileWatch files(std::move(paths));
  const bool watches_files = loaded->configuration.watch_files;
  const std::size_t count = loaded->parts.rules.set->rules.size();
  YAGURA_TRY(const auto agent, sensor::Agent::start(std::move(loaded->configuration),
                                                    std::move(loaded->parts), {.message = &say}));
  say("watching, with " + std::to_string(count) + " rules" +
      (agent->port() == 0 ? "" : ", pages on port " + std::to_string(agent->port())));
  YAGURA_TRY_VOID(watch(options, *agent, signals, std::move(files), watches_files));
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
  command->add_option("--duration", options->seconds, "End after so many seconds");
  command->add_flag("--dry-run", options->dry_run,
                    "Read configuration and rules, say what is wrong, and end");
  command->callback([options, &exit_code] {
    const Result<ExitCode> code = run(*options);
    exit_code = code ? *code : report_error(code.error());
  });
}

}  // namespace yagura::cli
