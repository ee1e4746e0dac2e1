// yagura-ext-proc: what `yagura gateway ext-proc` runs. A program of its own, so that no other
// command loads gRPC.

#include <signal.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "core/diagnostics.hpp"
#include "gateway/ext_proc/http_status_page.hpp"
#include "gateway/ext_proc/server.hpp"
#include "waf/c_api/metrics.hpp"
#include "waf/c_api/record.hpp"
#include "waf/c_api/shared_collections.hpp"
#include "waf/load/load.hpp"

namespace yagura::gateway {
namespace {

constexpr std::size_t kSharedMemory = std::size_t{16} << 20;

struct Arguments {
  std::string rules = "/usr/share/modsecurity-crs", directives, mode = "block", shadow, cache,
              events, blocks, metrics;
  std::string fail = "closed";
  unsigned time_budget = 50;
  ExtProcOptions server;
};

void say(const std::string& line) { std::fprintf(stderr, "yagura: %s\n", line.c_str()); }

std::shared_ptr<const waf::RuleSet> load(const Arguments& given) {
  Diagnostics diagnostics;
  auto rules = waf::load_rules({.path = given.rules,
                                .directives = given.directives,
                                .cache_folder = given.cache,
                                .shadow = given.shadow},
                               diagnostics);
  for (const Diagnostic& diagnostic : diagnostics.list()) say(to_string(diagnostic));
  return rules;
}

waf::TransactionOptions transaction_options(const Arguments& given) {
  return {.mode = given.mode == "block" ? waf::EngineMode::kOn : waf::EngineMode::kDetectionOnly,
          .use_rule_set_mode = given.mode == "rules",
          .time_budget = std::chrono::milliseconds(given.time_budget),
          .fail_open = given.fail == "open",
          .unique_id = {}};
}

Result<std::unique_ptr<StatusPage>> start_metrics(const std::string& where,
                                                  const waf::SharedCounters& counters) {
  if (where.empty()) return nullptr;
  const std::size_t colon = where.rfind(':');
  unsigned long port = 0;
  try {
    port = colon == std::string::npos ? 65'536 : std::stoul(where.substr(colon + 1));
  } catch (const std::exception&) {
    port = 65'536;
  }
  if (port > 65'535)
    return fail(ErrorCode::kInvalidInput,
                "--metrics takes ADDRESS:PORT, like 127.0.0.1:9090, not " + where);
  std::string address = where.substr(0, colon);
  if (address.starts_with('[') && address.ends_with(']'))
    address = address.substr(1, address.size() - 2);
  return StatusPage::start(address, static_cast<std::uint16_t>(port),
                           [&counters] { return waf::metrics_text(counters); });
}

struct Files {
  waf::LineFile events, blocks;
};

// After a rotation: streams that run go on meanwhile.
void reopen(const Arguments& given, Files& files) {
  for (const auto& [file, path] :
       {std::pair{&files.events, &given.events}, std::pair{&files.blocks, &given.blocks}}) {
    if (const auto done = file->reopen(*path); !done) say(done.error().message);
  }
}

// SIGHUP reads the rules again; broken ones leave the old in force. SIGUSR1 opens the files anew.
void serve(const Arguments& given, ExtProcServer& server, Files& files, const sigset_t& signals) {
  while (true) {
    int signal = 0;
    if (sigwait(&signals, &signal) != 0) continue;
    if (signal == SIGUSR1) {
      reopen(given, files);
      continue;
    }
    if (signal != SIGHUP) return;
    if (auto rules = load(given)) {
      say("rules read again: " + std::to_string(rules->rule_count) +
          " rules are in force for new requests");
      server.replace_rules(std::move(rules));
    } else {
      say("the rules have errors: those that were in force stay so");
    }
  }
}

Result<void> run(Arguments& given) {
  // Before any thread starts, so that all of them leave these to serve().
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGHUP, SIGUSR1, SIGTERM, SIGINT}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  auto rules = load(given);
  if (rules == nullptr)
    return fail(ErrorCode::kInvalidInput, "the rules cannot be used: see above");
  YAGURA_TRY(const waf::SharedMemory memory, waf::SharedMemory::map(kSharedMemory));
  Files files;
  YAGURA_TRY(files.events, waf::LineFile::open(given.events));
  YAGURA_TRY(files.blocks, waf::LineFile::open(given.blocks));
  std::unique_ptr<waf::AuditLog> audit_log;
  if (rules->options.audit.engine != waf::AuditOptions::Engine::kOff &&
      !rules->options.audit.path.empty()) {
    YAGURA_TRY(waf::AuditLog opened, waf::AuditLog::open(rules->options.audit));
    audit_log = std::make_unique<waf::AuditLog>(std::move(opened));
  }
  waf::SharedCollections collections(
      memory, std::chrono::seconds(rules->options.collection_timeout_seconds));
  const waf::EngineServices services{.collections = &collections,
                                     .counters = &memory.counters().engine,
                                     .listener = nullptr,
                                     .clock = {}};
  given.server.exchange.transaction = transaction_options(given);
  const ExchangeDone done = [&](waf::Transaction& transaction) {
    const waf::RecordTargets targets{.counters = memory.counters(),
                                     .events = files.events,
                                     .blocks = files.blocks,
                                     .audit_log = audit_log.get()};
    waf::record_transaction(transaction, targets, transaction.request_body().size(),
                            transaction.response_body().size());
  };
  YAGURA_TRY(const auto metrics, start_metrics(given.metrics, memory.counters()));
  const std::size_t count = rules->rule_count;
  YAGURA_TRY(const auto server,
             ExtProcServer::start(given.server, std::move(rules), services, done));
  const std::string port =
      given.server.listen.starts_with("unix:") ? "" : ", port " + std::to_string(server->port());
  say("external processor for Envoy on " + given.server.listen + port + ", " +
      std::to_string(count) + " rules" +
      (metrics == nullptr ? "" : ", metrics on port " + std::to_string(metrics->port())));
  serve(given, *server, files, signals);
  return {};
}

void add_options(CLI::App& app, Arguments& given) {
  app.add_option("--listen", given.server.listen, "ADDRESS:PORT, or unix:PATH")
      ->capture_default_str();
  app.add_option("--rules", given.rules,
                 "folder of a rule set (the Core Rule Set), or a SecLang file")
      ->capture_default_str();
  app.add_option("--directives", given.directives, "SecLang text read behind the rules");
  app.add_option("--mode", given.mode, "block, detect, or rules: what SecRuleEngine says")
      ->check(CLI::IsMember({"block", "detect", "rules"}))
      ->capture_default_str();
  app.add_option("--shadow", given.shadow, "ids, ranges and tags of rules that are only reported");
  app.add_option("--cache", given.cache, "folder that keeps compiled patterns");
  app.add_option("--events", given.events, "file of events: a line of JSON for each detection");
  app.add_option("--blocks", given.blocks, "file of block records, for `yagura gateway explain`");
  app.add_option("--metrics", given.metrics, "ADDRESS:PORT of /metrics (Prometheus) and /healthz");
  app.add_option("--fail", given.fail, "what happens to a request on which the engine gives up")
      ->check(CLI::IsMember({"open", "closed"}))
      ->capture_default_str();
  app.add_option("--time-budget", given.time_budget,
                 "milliseconds of CPU time a request; 0: no bound")
      ->check(CLI::Range(0, 60'000))
      ->capture_default_str();
  app.add_option("--tls-cert", given.server.certificate, "certificate chain (PEM)");
  app.add_option("--tls-key", given.server.key, "its key (PEM)");
  app.add_option("--tls-client-ca", given.server.client_ca,
                 "certificates that must have signed a client's");
}

int main_of(int argc, char** argv) {
  CLI::App app{
      "Answer Envoy's external processing filter (ext_proc v3) with the verdicts of the WAF.",
      "yagura gateway ext-proc"};
  Arguments given;
  add_options(app, given);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (const auto done = run(given); !done) {
    say("error: " + done.error().message);
    return done.error().code == ErrorCode::kInternal ? 3 : 2;
  }
  return 0;
}

}  // namespace
}  // namespace yagura::gateway

int main(int argc, char** argv) {
  try {
    return yagura::gateway::main_of(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "yagura-ext-proc: internal error: %s\n", error.what());
    return 3;
  }
}
