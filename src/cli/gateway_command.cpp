#include "cli/gateway_command.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "cli/ext_proc_command.hpp"
#include "gateway/config/nginx_config.hpp"
#include "gateway/config/state_folder.hpp"
#include "gateway/config/supervisor.hpp"
#include "waf/log/log.hpp"

namespace yagura::cli {

namespace {

namespace fs = std::filesystem;

// Arguments as given; to_options() makes something typed of them.
struct Arguments {
  std::string upstream, rules = "/usr/share/modsecurity-crs", mode = "block", metrics;
  std::vector<std::string> listen = {"0.0.0.0:8080"}, hosts, paths;
  std::string certificate, key, fail = "closed", shadow, exclusions, access_log;
  std::string trust = "/etc/ssl/certs/ca-certificates.crt", module, state;
  unsigned workers = 0, time_budget = 50, paranoia = 0, threshold = 0;
  std::uint64_t max_body_mib = 100;
  bool insecure_upstream = false, print_config = false;
};

fs::path absolute(const std::string& path) {
  return path.empty() ? fs::path() : fs::weakly_canonical(fs::absolute(path));
}

fs::path state_folder(const std::string& given) {
  return given.empty() ? gateway::default_state_folder() : absolute(given);
}

Result<fs::path> existing(const std::string& path, std::string_view what) {
  std::error_code ignored;
  if (path.empty() || fs::exists(path, ignored)) return absolute(path);
  std::string advice;
  if (path == Arguments().rules) advice = ": apt-get install modsecurity-crs, or give --rules";
  return fail(ErrorCode::kNotFound, fmt::format("{} {}: not there{}", what, path, advice));
}

Result<void> read_files(const Arguments& given, gateway::GatewayOptions& options) {
  YAGURA_TRY(options.rules, existing(given.rules, "rules"));
  YAGURA_TRY(options.tls_certificate, existing(given.certificate, "certificate"));
  YAGURA_TRY(options.tls_key, existing(given.key, "key"));
  YAGURA_TRY(options.exclusions, existing(given.exclusions, "exclusions"));
  options.access_log = absolute(given.access_log);
  return {};
}

Result<gateway::GatewayOptions> to_options(const Arguments& given) {
  gateway::GatewayOptions options;
  YAGURA_TRY(options.upstream, gateway::parse_upstream(given.upstream));
  for (const std::string& text : given.listen) {
    YAGURA_TRY(options.listen.emplace_back(), gateway::parse_listen(text));
  }
  YAGURA_TRY_VOID(read_files(given, options));
  YAGURA_TRY(options.mode, gateway::parse_mode(given.mode));
  for (const std::string& text : given.hosts) {
    YAGURA_TRY(options.hosts.emplace_back(), gateway::parse_host_mode(text));
  }
  for (const std::string& text : given.paths) {
    YAGURA_TRY(options.paths.emplace_back(), gateway::parse_path_mode(text));
  }
  if (!given.metrics.empty()) {
    YAGURA_TRY(options.metrics.emplace(), gateway::parse_listen(given.metrics));
  }
  options.verify_upstream = !given.insecure_upstream;
  options.workers = given.workers;
  options.fail_open = given.fail == "open";
  options.time_budget = std::chrono::milliseconds(given.time_budget);
  if (given.paranoia != 0) options.paranoia = given.paranoia;
  if (given.threshold != 0) options.anomaly_threshold = given.threshold;
  options.shadow = given.shadow;
  options.max_body = given.max_body_mib << 20;
  return options;
}

Result<void> run(const Arguments& given) {
  YAGURA_TRY(gateway::GatewayOptions options, to_options(given));
  gateway::GatewayPlaces places{.state = state_folder(given.state),
                                .module = absolute(given.module),
                                .trust = given.trust,
                                .user = gateway::worker_user()};
  if (places.module.empty()) {
    YAGURA_TRY(places.module, gateway::find_module());
  }
  if (given.print_config) {
    YAGURA_TRY(const std::string config, gateway::nginx_config(options, places));
    std::fputs(config.c_str(), stdout);
    return {};
  }
  YAGURA_TRY(const fs::path nginx, gateway::find_nginx());
  return gateway::run_gateway(std::move(options), places, nginx, [](std::string_view line) {
    std::printf("yagura: %.*s\n", static_cast<int>(line.size()), line.data());
    std::fflush(stdout);
  });
}

Result<void> explain(const std::string& state, const std::string& id) {
  YAGURA_TRY(const std::string record, gateway::find_block(state_folder(state), id));
  YAGURA_TRY(const std::string text, waf::explain_block(record));
  std::fputs(text.c_str(), stdout);
  return {};
}

Result<gateway::RunningGateway> running(const std::string& state) {
  const fs::path folder = state_folder(state);
  auto found = gateway::running_gateway(folder);
  if (!found) {
    return fail(ErrorCode::kNotFound, fmt::format("no gateway runs on {}", folder.string()));
  }
  return *std::move(found);
}

Result<void> status(const std::string& state) {
  YAGURA_TRY(const gateway::RunningGateway found, running(state));
  std::printf("running, process %d\n", found.pid);
  for (const std::string& line : found.lines) std::printf("%s\n", line.c_str());
  return {};
}

Result<int> tell(const std::string& state, int signal, std::string_view what) {
  YAGURA_TRY(const gateway::RunningGateway found, running(state));
  if (::kill(found.pid, signal) != 0) {
    return fail(ErrorCode::kIo, fmt::format("process {} cannot be told to {}", found.pid, what));
  }
  return found.pid;
}

Result<void> reopen(const std::string& state) {
  YAGURA_TRY(const int pid, tell(state, SIGUSR1, "open its files anew"));
  std::printf("told process %d to open its log files anew\n", pid);
  return {};
}

Result<void> reload(const std::string& state) {
  YAGURA_TRY(const int pid, tell(state, SIGHUP, "reload"));
  std::printf("told process %d to read its rules again; %s says whether they are in use\n", pid,
              (state_folder(state) / "error.log").c_str());
  return {};
}

ExitCode exit_of(const Result<void>& result) {
  return result ? ExitCode::kClean : report_error(result.error());
}

void add_options(CLI::App& command, Arguments& given) {
  command.add_option("--upstream", given.upstream, "the service: http://HOST[:PORT] or https://…");
  command.add_option("--listen", given.listen, "ADDRESS:PORT, several times")
      ->capture_default_str();
  command
      .add_option("--rules", given.rules,
                  "folder of a rule set (the Core Rule Set), or a SecLang file")
      ->capture_default_str();
  command.add_option("--mode", given.mode, "what is done to a request that the rules refuse")
      ->check(CLI::IsMember({"block", "detect", "off"}))
      ->capture_default_str();
  command.add_option("--host-mode", given.hosts,
                     "HOST=MODE for one host (*.example.org=detect), several times");
  command.add_option("--path-mode", given.paths,
                     "PATH=MODE for a path and all below (/upload=off), several times");
  command.add_option("--paranoia", given.paranoia, "the Core Rule Set's paranoia level")
      ->check(CLI::Range(1, 4));
  command
      .add_option("--anomaly-threshold", given.threshold,
                  "inbound score from which a request is refused")
      ->check(CLI::Range(1, 1'000'000));
  command.add_option("--shadow", given.shadow,
                     "ids, ranges and tags of rules that are only reported: 942100,941000-941999");
  command.add_option("--exclusions", given.exclusions,
                     "SecLang file of exceptions, as `explain` prints them");
  command
      .add_option("--fail", given.fail, "what happens to a request on which the engine gives up")
      ->check(CLI::IsMember({"open", "closed"}))
      ->capture_default_str();
  command
      .add_option("--time-budget", given.time_budget,
                  "milliseconds of CPU time a request; 0: no bound")
      ->check(CLI::Range(0, 60'000))
      ->capture_default_str();
  command
      .add_option("--max-body", given.max_body_mib,
                  "MiB of a request's body, files and all; 0: no bound")
      ->check(CLI::Range(0, 1 << 20))
      ->capture_default_str();
  command.add_option("--tls-cert", given.certificate,
                     "certificate chain (PEM): listen with TLS and HTTP/2");
  command.add_option("--tls-key", given.key, "its key (PEM)");
  command.add_flag("--insecure-upstream", given.insecure_upstream,
                   "do not check the certificate of an https upstream");
  command
      .add_option("--upstream-ca", given.trust, "certificates that may sign an https upstream's")
      ->capture_default_str();
  command.add_option("--workers", given.workers, "processes that serve; 0: one a processor")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  command.add_option("--metrics", given.metrics,
                     "ADDRESS:PORT of /metrics (Prometheus) and /healthz");
  command.add_option("--access-log", given.access_log,
                     "file of access lines; without it there are none");
  command.add_option("--module", given.module,
                     "ngx_http_yagura_module.so, where it is not beside the program");
  command.add_flag("--print-config", given.print_config, "print nginx's configuration and end");
}

CLI::App* add_part(CLI::App& command, const char* name, const char* what, std::string& state) {
  CLI::App* part = command.add_subcommand(name, what);
  part->add_option("--state-dir", state, "the gateway's state folder");
  return part;
}

}  // namespace

void add_gateway_command(CLI::App& app, ExitCode& exit_code) {
  auto given = std::make_shared<Arguments>();
  auto id = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand(
      "gateway", "Put the WAF in front of a service: nginx with the Core Rule Set, supervised");
  command->require_subcommand(0, 1);
  add_options(*command, *given);
  command->add_option("--state-dir", given->state,
                      "folder of logs, block records and compiled patterns");

  CLI::App* explain_part = add_part(
      *command, "explain", "Say why a request was blocked, and how to allow it", given->state);
  explain_part->add_option("ID", *id, "the reference on the page, [unique_id] of the log line")
      ->required();
  explain_part->callback(
      [given, id, &exit_code] { exit_code = exit_of(explain(given->state, *id)); });
  CLI::App* status_part = add_part(*command, "status", "Say what runs", given->state);
  status_part->callback([given, &exit_code] { exit_code = exit_of(status(given->state)); });
  CLI::App* reload_part =
      add_part(*command, "reload", "Read rules and certificates again, without losing a request",
               given->state);
  reload_part->callback([given, &exit_code] { exit_code = exit_of(reload(given->state)); });
  CLI::App* reopen_part = add_part(
      *command, "reopen", "Open the log files anew, after they were renamed", given->state);
  reopen_part->callback([given, &exit_code] { exit_code = exit_of(reopen(given->state)); });

  add_ext_proc_command(*command, exit_code);

  command->callback([command, given, &exit_code] {
    if (!command->get_subcommands().empty()) return;
    if (given->upstream.empty()) throw CLI::RequiredError("--upstream");
    exit_code = exit_of(run(*given));
  });
}

}  // namespace yagura::cli
