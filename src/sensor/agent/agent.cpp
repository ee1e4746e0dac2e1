#include "sensor/agent/agent.hpp"

#include <fmt/format.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <utility>

#include "core/json_text.hpp"
#include "sensor/agent/metrics_text.hpp"
#include "sensor/agent/output_queue.hpp"
#include "sensor/agent/privileges.hpp"
#include "sensor/agent/scope.hpp"
#include "sensor/agent/status_server.hpp"
#include "sensor/detect/alert_writer.hpp"
#include "sensor/detect/detector.hpp"
#include "sensor/identity/resolver.hpp"
#include "sensor/probe/probe.hpp"
#include "sensor/process/pipeline.hpp"

namespace yagura::sensor {
namespace {

constexpr std::chrono::milliseconds kPatience{10};
constexpr std::int64_t kSnapshotNs = 1'000'000'000;

std::int64_t clock_ns(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

std::int64_t wall_ns() { return clock_ns(CLOCK_REALTIME); }

std::string node_name(const Configuration& configuration) {
  if (!configuration.node_name.empty()) return configuration.node_name;
  for (const char* const variable : {"FALCO_HOSTNAME", "NODE_NAME"}) {
    if (const char* const named = std::getenv(variable); named != nullptr) return named;
  }
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

// What is left when the agent runs: tables of kernel programs are changed (BPF, PERFMON), processes
// are looked at through /proc (SYS_PTRACE, DAC_READ_SEARCH), responses kill (KILL), enforcement
// attaches to cgroups and answers fanotify (NET_ADMIN, SYS_ADMIN). Loading wants SYS_ADMIN as well:
// libbpf before 1.2 asks for the BTF of modules.
std::vector<std::string> needed_capabilities(const Configuration& configuration) {
  std::vector<std::string> names = {"CAP_BPF", "CAP_PERFMON", "CAP_SYS_PTRACE",
                                    "CAP_DAC_READ_SEARCH", "CAP_KILL"};
  if (!configuration.policies.empty()) {
    names.insert(names.end(), {"CAP_NET_ADMIN", "CAP_SYS_ADMIN", "CAP_DAC_OVERRIDE"});
  }
  return names;
}

std::vector<std::unique_ptr<LineSink>> make_sinks(const Configuration& configuration) {
  std::vector<std::unique_ptr<LineSink>> sinks;
  if (configuration.stdout_enabled) sinks.push_back(make_stdout_sink());
  if (!configuration.file.path.empty()) sinks.push_back(make_file_sink(configuration.file));
  if (!configuration.program.command.empty()) {
    sinks.push_back(make_program_sink(configuration.program));
  }
  if (!configuration.http.url.empty()) sinks.push_back(make_http_sink(configuration.http));
  if (configuration.syslog_enabled) sinks.push_back(make_syslog_sink());
  return sinks;
}

ResolverOptions resolver_options(const Configuration& configuration) {
  ResolverOptions options;
  if (!configuration.runtime_endpoints.empty()) {
    options.cri_sockets = configuration.runtime_endpoints;
  }
  if (!configuration.runtime_states.empty()) {
    options.runtimes.containerd_states = configuration.runtime_states;
  }
  return options;
}

ProbeOptions probe_options(const Configuration& configuration,
                           std::vector<rules::EventType> event_types,
                           std::vector<std::uint64_t> scope) {
  ProbeOptions options;
  options.event_types = std::move(event_types);
  options.scope_cgroups = std::move(scope);
  options.events_ring_bytes = std::size_t{configuration.events_ring_mib} << 20;
  options.vital_ring_bytes = std::size_t{configuration.vital_ring_mib} << 20;
  options.tells_dns = configuration.analysis_enabled;
  options.tells_libraries = configuration.analysis_enabled;
  return options;
}

}  // namespace

struct Agent::State {
  Configuration configuration;
  AgentHooks hooks;
  std::string hostname;
  std::vector<std::uint64_t> scope;
  // In the order of their dependence: what is below refers to what is above.
  std::unique_ptr<OutputQueue> outputs;
  std::unique_ptr<Resolver> resolver;
  std::optional<Pipeline> pipeline;
  UserNames users;
  DomainNames domains;
  std::optional<AlertWriter> writer;
  std::optional<Detector> detector;
  std::unique_ptr<Probe> probe;

  std::int64_t started_ns = wall_ns();
  std::int64_t next_snapshot_ns = 0;
  std::uint64_t lost_at_snapshot = 0;
  bool is_losing = false;

  mutable std::mutex mutex;  // of what the pages read
  std::string metrics_text;
  std::string status_text;
  std::string problem_text;
  std::unique_ptr<StatusServer> server;  // last: its thread reads the texts

  [[nodiscard]] Result<void> start(rules::LoadedRules rules);
  void snapshot(std::int64_t now);
  [[nodiscard]] std::string make_metrics() const;
  [[nodiscard]] std::string make_status() const;
  void find_problem();
};

Result<void> Agent::State::start(rules::LoadedRules rules) {
  hostname = node_name(configuration);
  YAGURA_TRY(scope, cgroup_ids(configuration.scope));
  // The rings keep what happens until the pipeline is there. Capabilities are each thread's own:
  // they are given up before there are others.
  YAGURA_TRY(probe, Probe::open(probe_options(
                        configuration, rules.set->needed_types(rules::Source::kSyscall), scope)));
  YAGURA_TRY_VOID(keep_only_capabilities(needed_capabilities(configuration)));
  outputs = std::make_unique<OutputQueue>(
      make_sinks(configuration), configuration.queue_capacity,
      [this](std::string_view sink, const Error& error) {
        hooks.message(fmt::format("output {}: {}", sink, error.message));
      });
  YAGURA_TRY(resolver, Resolver::open(resolver_options(configuration)));
  pipeline.emplace(*resolver,
                   PipelineOptions{.boot_offset_ns = wall_ns() - clock_ns(CLOCK_BOOTTIME)});
  const ViewSources sources{.processes = &pipeline->processes(),
                            .users = &users,
                            .domain_names = &domains,
                            .hostname = hostname};
  writer.emplace(
      AlertWriterOptions{.format = configuration.json ? AlertFormat::kJson : AlertFormat::kText,
                         .time_style = configuration.iso_time ? rules::AlertTime::kIso8601
                                                              : rules::AlertTime::kLocal},
      sources, [this](std::string_view line) { outputs->push(line); });
  detector.emplace(
      std::make_shared<const rules::LoadedRules>(std::move(rules)),
      DetectorOptions{.matching = configuration.all_matching ? Matching::kAll : Matching::kFirst,
                      .minimum = configuration.minimum_priority},
      sources, *writer);
  pipeline->add_consumer(*detector);
  snapshot(wall_ns());
  if (configuration.web.enabled) {
    YAGURA_TRY(server, StatusServer::start(configuration.web.address, configuration.web.port,
                                           {.metrics =
                                                [this] {
                                                  const std::lock_guard lock(mutex);
                                                  return metrics_text;
                                                },
                                            .problem =
                                                [this] {
                                                  const std::lock_guard lock(mutex);
                                                  return problem_text;
                                                },
                                            .status =
                                                [this] {
                                                  const std::lock_guard lock(mutex);
                                                  return status_text;
                                                }}));
  }
  return {};
}

void Agent::State::snapshot(std::int64_t now) {
  find_problem();
  std::string metrics = make_metrics();
  std::string status = make_status();
  const std::lock_guard lock(mutex);
  metrics_text = std::move(metrics);
  status_text = std::move(status);
  next_snapshot_ns = now + kSnapshotNs;
}

void Agent::State::find_problem() {
  const std::uint64_t lost = pipeline->counts().lost;
  const bool was_losing = std::exchange(is_losing, lost > lost_at_snapshot);
  lost_at_snapshot = lost;
  if (is_losing && !was_losing) {
    hooks.message(
        fmt::format("events are lost, {} so far: a larger events_ring_mib, or fewer rules "
                    "on calls that are made often",
                    lost));
  }
  const std::lock_guard lock(mutex);
  problem_text = is_losing ? fmt::format("events are being lost, {} so far", lost) : std::string();
}

std::string Agent::State::make_metrics() const {
  MetricsText text;
  const ProbeCounts probed = probe->counts();
  static constexpr std::array<std::string_view, 2> kRings = {"events", "vital"};
  text.counter("records_total", "Records that kernel programs made.");
  for (std::size_t ring = 0; ring < kRings.size(); ++ring) {
    text.sample(probed.made[ring], {{"ring", kRings[ring]}});
  }
  text.counter("lost_total", "Records that were lost, by cause.");
  for (std::size_t ring = 0; ring < kRings.size(); ++ring) {
    text.sample(probed.ring_full[ring], {{"ring", kRings[ring]}, {"cause", "ring_full"}});
  }
  text.counter("incomplete_total", "Parts of records that are missing, by cause.");
  text.sample(probed.sections_lost, {{"cause", "no_room"}});
  text.sample(probed.unreadable, {{"cause", "unreadable"}});
  text.counter("malformed_total", "Records that could not be read.", probed.malformed);
  const PipelineCounts& joined = pipeline->counts();
  text.counter("events_total", "Events that were joined with their processes.", joined.events);
  text.counter("unknown_processes_total", "Events of processes that nobody had told of.",
               joined.unknown_processes);
  text.counter("forgotten_processes_total", "Processes that were given up for room.",
               joined.forgotten_processes);
  text.gauge("processes", "Processes that are known.", pipeline->processes().size());
  const DetectorCounts& judged = detector->counts();
  text.counter("judged_total", "Events that rules were asked about.", judged.events);
  text.counter("remembered_total", "Of these, events that were known to be nothing.",
               judged.remembered);
  text.counter("firings_total", "Firings of rules.");
  const auto& rules = detector->rules().set->rules;
  const auto fired = detector->fired_by_rule();
  for (std::size_t at = 0; at < fired.size(); ++at) {
    if (fired[at] == 0) continue;
    text.sample(fired[at],
                {{"rule", rules[at].name}, {"priority", rules::to_string(rules[at].priority)}});
  }
  text.counter("alerts_suppressed_total", "Alerts that the rate limit held back.",
               writer->counts().suppressed);
  const OutputCounts out = outputs->counts();
  text.counter("alerts_total", "Alerts for the outputs.", out.queued);
  text.counter("alerts_dropped_total", "Alerts that the outputs' queue had no room for.",
               out.dropped);
  text.counter("output_written_total", "Alerts that an output took.");
  for (const SinkCounts& sink : out.sinks) text.sample(sink.written, {{"output", sink.name}});
  text.counter("output_failed_total", "Alerts that an output did not take.");
  for (const SinkCounts& sink : out.sinks) text.sample(sink.failed, {{"output", sink.name}});
  const ResolverCounts known = resolver->counts();
  text.gauge("containers", "Containers, by what is known of them.");
  text.sample(known.path, {{"metadata", "path"}});
  text.sample(known.bundle, {{"metadata", "bundle"}});
  text.sample(known.complete, {{"metadata", "complete"}});
  text.sample(known.missing, {{"metadata", "missing"}});
  text.gauge("rules", "Rules that are loaded.", rules.size());
  return text.text();
}

std::string Agent::State::make_status() const {
  std::string text;
  core::JsonWriter json(text);
  json.begin_object();
  json.member("node", hostname);
  json.member("rules", detector->rules().set->rules.size());
  json.member("events", pipeline->counts().events);
  json.member("lost", pipeline->counts().lost);
  json.member("alerts", outputs->counts().queued);
  json.member("processes", pipeline->processes().size());
  json.member("containers", resolver->containers().size());
  json.member("seconds", static_cast<std::uint64_t>((wall_ns() - started_ns) / 1'000'000'000));
  json.key("capabilities").begin_array();
  for (const std::string& name : effective_capabilities()) json.value(name);
  json.end_array().end_object();
  return text + "\n";
}

Agent::Agent(std::unique_ptr<State> state) : state_(std::move(state)) {}
Agent::~Agent() = default;

Result<std::unique_ptr<Agent>> Agent::start(Configuration configuration, rules::LoadedRules rules,
                                            AgentHooks hooks) {
  auto state = std::make_unique<State>();
  state->configuration = std::move(configuration);
  state->hooks = std::move(hooks);
  YAGURA_TRY_VOID(state->start(std::move(rules)));
  return std::unique_ptr<Agent>(new Agent(std::move(state)));
}

Result<void> Agent::turn() {
  State& state = *state_;
  const auto polled = state.probe->poll(kPatience, [&](const RecordView& record, unsigned ring) {
    state.pipeline->feed(record, ring);
  });
  if (!polled) return std::unexpected(polled.error());
  const std::int64_t now = wall_ns();
  if (now >= state.next_snapshot_ns) {
    state.pipeline->tick(now);
    state.snapshot(now);
  }
  return {};
}

Result<void> Agent::replace_rules(rules::LoadedRules rules) {
  State& state = *state_;
  const auto before = state.detector->rules().set->needed_types(rules::Source::kSyscall);
  const auto after = rules.set->needed_types(rules::Source::kSyscall);
  state.detector->set_rules(std::make_shared<const rules::LoadedRules>(std::move(rules)));
  if (before == after) return {};
  return state.probe->watch(after);
}

void Agent::reopen_outputs() { state_->outputs->reopen(); }

std::string Agent::metrics() const {
  const std::lock_guard lock(state_->mutex);
  return state_->metrics_text;
}
std::string Agent::status() const {
  const std::lock_guard lock(state_->mutex);
  return state_->status_text;
}
std::string Agent::problem() const {
  const std::lock_guard lock(state_->mutex);
  return state_->problem_text;
}
std::uint16_t Agent::port() const {
  return state_->server == nullptr ? std::uint16_t{0} : state_->server->port();
}

}  // namespace yagura::sensor
