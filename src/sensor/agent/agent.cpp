#include "sensor/agent/agent.hpp"

#include <fmt/format.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <span>
#include <unordered_map>
#include <utility>

#include "sensor/agent/agent_state.hpp"
#include "sensor/agent/privileges.hpp"
#include "sensor/agent/scope.hpp"

namespace yagura::sensor {
namespace {

constexpr std::chrono::milliseconds kPatience{10};
constexpr std::size_t kCaptureFiles = 16;
constexpr std::uint64_t kCaptureFileBytes = std::uint64_t{64} << 20;
constexpr std::int64_t kLearningNs = 5'000'000'000;

std::int64_t clock_ns(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

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
  if (!configuration.responses.empty()) names.emplace_back("CAP_NET_ADMIN");
  if (!configuration.policies.empty()) {
    names.insert(names.end(), {"CAP_NET_ADMIN", "CAP_SYS_ADMIN", "CAP_DAC_OVERRIDE"});
  } else if (!configuration.responses.empty()) {
    names.emplace_back("CAP_NET_ADMIN");  // to isolate pods
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
  if (configuration.kubernetes) {
    if (auto endpoint = in_cluster_endpoint()) {  // else no pod: the runtime alone is asked
      options.kubernetes =
          KubernetesOptions{.endpoint = *std::move(endpoint), .node = node_name(configuration)};
    }
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

std::int64_t wall_clock_ns() { return clock_ns(CLOCK_REALTIME); }

std::vector<rules::EventType> Agent::State::wanted_types(const rules::RuleSet& rules) const {
  std::vector<rules::EventType> types = rules.needed_types(rules::Source::kSyscall);
  if (configuration.analysis_enabled) {
    const auto analysed = analysed_calls();
    types.insert(types.end(), analysed.begin(), analysed.end());
  }
  std::ranges::sort(types);
  const auto repeated = std::ranges::unique(types);
  types.erase(repeated.begin(), repeated.end());
  return types;
}

ViewSources Agent::State::view_sources() {
  return {.processes = &pipeline->processes(),
          .users = &users,
          .domain_names = analysis ? &analysis->domain_names() : nullptr,
          .hostname = hostname};
}

AlertSink& Agent::State::first_sink() {
  if (responses) return *responses;
  if (aggregator) return *aggregator;
  if (incidents) return *incidents;
  return *writer;
}

Result<void> Agent::State::start_kernel(const AgentParts& parts) {
  // The rings keep what happens until the pipeline is there. Capabilities are each thread's own:
  // they are given up before there are others.
  YAGURA_TRY(probe,
             Probe::open(probe_options(configuration, wanted_types(*parts.rules.set), scope)));
  if (configuration.learn_calls && configuration.analysis_enabled) {
    YAGURA_TRY(calls_seen, CallsSeen::open());
  }
  if (!parts.policies.empty()) {
    enforce::EnforcerOptions options;
    options.pins = configuration.policy_pins;
    YAGURA_TRY(enforcement, Enforcement::open(std::move(options), configuration.watch_lists));
  }
  // What was there before us, while we may load the program that tells; the pipeline comes later.
  YAGURA_TRY([[maybe_unused]] const std::size_t tasks,
             probe->start_up([this](const RecordView& record, unsigned) {
               start_up.insert(start_up.end(), record.bytes().begin(), record.bytes().end());
             }));
  return keep_only_capabilities(needed_capabilities(configuration));
}

void Agent::State::start_alerts() {
  writer.emplace(
      AlertWriterOptions{.format = configuration.json ? AlertFormat::kJson : AlertFormat::kText,
                         .time_style = configuration.iso_time ? rules::AlertTime::kIso8601
                                                              : rules::AlertTime::kLocal,
                         .json_members = configuration.json_members},
      view_sources(), [this](std::string_view line) { outputs->push(line); });
  if (!configuration.state_directory.empty()) {
    auto store = IncidentStore::open(configuration.state_directory / "incidents");
    if (store) {
      incident_store.emplace(*std::move(store));
      IncidentOptions options;
      options.host = hostname;
      options.user_name = [this](const Process& process, std::uint32_t uid, std::int64_t now) {
        const UserEntry* const user = users.user(process, uid, now);
        return user == nullptr ? std::string() : user->name;
      };
      options.output_text = [this](const SensorAlert& alert) { return writer->text_of(alert); };
      incidents.emplace(std::move(options), EventIds::random(), *incident_store,
                        &pipeline->processes(), *writer);
      pipeline->add_consumer(*incidents);
    } else {
      hooks.message("incidents are not written down: " + store.error().message);
    }
  }
  if (configuration.aggregation.count() > 0) {
    AggregatorOptions options;
    options.window_ns = configuration.aggregation.count() * 1'000'000'000;
    options.at_once = 10;
    AlertSink& next = first_sink();
    aggregator.emplace(options, next);
  }
}

void Agent::State::start_responses() {
  if (configuration.responses.empty()) return;
  ResponderOptions options;
  if (auto endpoint = in_cluster_endpoint()) options.kubernetes = *std::move(endpoint);
  responder = std::make_unique<Responder>(
      std::move(options), [this](const ResponseRequest& request, const Result<void>& done) {
        hooks.message(fmt::format("response {} for \"{}\": {}", to_string(request.action),
                                  request.reason, done ? "done" : done.error().message));
      });
  AlertSink& next = first_sink();
  responses.emplace(
      configuration.responses,
      [this](ResponseRequest request) { (void)responder->submit(std::move(request)); }, next);
}

void Agent::State::start_analysis() {
  if (!configuration.analysis_enabled) return;
  AnalysisOptions options;
  options.state_directory = configuration.state_directory;
  options.profiles.learn_for_ns = configuration.learning.count() * 1'000'000'000;
  options.profiles.min_learn_ns =
      std::min(options.profiles.min_learn_ns, options.profiles.learn_for_ns);
  for (const auto& list : configuration.watch_lists) {
    options.watch_lists.push_back({.name = list.stem().string(), .path = list});
  }
  analysis.emplace(std::move(options), analysis_sink);
  for (const std::string& message : analysis->load()) hooks.message("analysis: " + message);
}

Result<void> Agent::State::start_capture() {
  if (configuration.capture_file.empty()) return {};
  CaptureWriterOptions options;
  options.output.path = configuration.capture_file;
  // A new start must not overwrite what was recorded before, nor may it fill the disk.
  options.output.max_files = kCaptureFiles;
  options.max_file_bytes = kCaptureFileBytes;
  YAGURA_TRY(capture, CaptureWriter::open(std::move(options)));
  pipeline->add_consumer(*capture);
  return {};
}

void Agent::State::feed_start_up() {
  for (std::span<const std::byte> rest = start_up; !rest.empty();) {
    const auto record = RecordView::read(rest);
    if (!record) break;  // our own kernel program's: it was read before
    pipeline->feed(*record, 1);
    rest = rest.subspan(record->bytes().size());
  }
  start_up = {};
}

Result<void> Agent::State::start(AgentParts parts) {
  started_ns = wall_clock_ns();
  hostname = node_name(configuration);
  YAGURA_TRY(scope, cgroup_ids(configuration.scope));
  YAGURA_TRY_VOID(start_kernel(parts));
  outputs = std::make_unique<OutputQueue>(
      make_sinks(configuration), configuration.queue_capacity,
      [this](std::string_view sink, const Error& error) {
        hooks.message(fmt::format("output {}: {}", sink, error.message));
      });
  YAGURA_TRY(resolver, Resolver::open(resolver_options(configuration)));
  pipeline.emplace(*resolver,
                   PipelineOptions{.boot_offset_ns = wall_clock_ns() - clock_ns(CLOCK_BOOTTIME)});
  start_analysis();
  start_alerts();
  start_responses();
  analysis_sink.next = &first_sink();
  if (analysis) pipeline->add_consumer(*analysis);
  detector.emplace(
      std::make_shared<const rules::LoadedRules>(std::move(parts.rules)),
      DetectorOptions{.matching = configuration.all_matching ? Matching::kAll : Matching::kFirst,
                      .minimum = configuration.minimum_priority},
      view_sources(), first_sink());
  pipeline->add_consumer(*detector);
  YAGURA_TRY_VOID(start_capture());
  if (enforcement != nullptr) {
    pipeline->add_consumer(*enforcement);
    YAGURA_TRY_VOID(enforcement->start(
        std::move(parts.policies), *resolver, first_sink(),
        [this](const std::string& problem) { hooks.message("policies: " + problem); }));
  }
  feed_start_up();
  snapshot(wall_clock_ns());
  return start_pages();
}

void Agent::State::learn_calls() {
  std::unordered_map<std::uint64_t, std::shared_ptr<const Container>> by_cgroup;
  for (auto& container : resolver->containers()) {
    if (container->cgroup_id == 0 || !calls_seen->add(container->cgroup_id)) continue;
    by_cgroup.emplace(container->cgroup_id, std::move(container));
  }
  std::vector<std::uint64_t> gone;
  calls_seen->take([&](std::uint64_t cgroup, std::span<const rules::EventType> calls) {
    const auto found = by_cgroup.find(cgroup);
    if (found != by_cgroup.end()) {
      analysis->note_calls(found->second, calls);
    } else {
      gone.push_back(cgroup);
    }
  });
  for (const std::uint64_t cgroup : gone) calls_seen->remove(cgroup);
}

void Agent::State::end() {
  if (calls_seen != nullptr) learn_calls();
  if (aggregator) aggregator->flush();
  if (capture != nullptr) capture->flush();
  if (!analysis) return;
  for (const std::string& message : analysis->save()) hooks.message("analysis: " + message);
}

Agent::Agent(std::unique_ptr<State> state) : state_(std::move(state)) {}
Agent::~Agent() {
  if (state_->detector) state_->end();
}

Result<std::unique_ptr<Agent>> Agent::start(Configuration configuration, AgentParts parts,
                                            AgentHooks hooks) {
  auto state = std::make_unique<State>();
  state->configuration = std::move(configuration);
  state->hooks = std::move(hooks);
  YAGURA_TRY_VOID(state->start(std::move(parts)));
  return std::unique_ptr<Agent>(new Agent(std::move(state)));
}

Result<void> Agent::turn() {
  State& state = *state_;
  const auto polled = state.probe->poll(kPatience, [&](const RecordView& record, unsigned ring) {
    state.pipeline->feed(record, ring);
  });
  if (!polled) return std::unexpected(polled.error());
  if (state.enforcement != nullptr) {
    YAGURA_TRY_VOID(state.enforcement->poll(*state.pipeline));
  }
  const std::int64_t now = wall_clock_ns();
  if (state.calls_seen != nullptr && now >= state.next_learning_ns) {
    state.learn_calls();
    state.next_learning_ns = now + kLearningNs;
  }
  if (now >= state.next_snapshot_ns) {
    state.pipeline->tick(now);
    if (state.aggregator) state.aggregator->on_tick(now);
    state.snapshot(now);
  }
  return {};
}

Result<void> Agent::replace(AgentParts parts) {
  State& state = *state_;
  const auto wanted = state.wanted_types(*parts.rules.set);
  state.detector->set_rules(std::make_shared<const rules::LoadedRules>(std::move(parts.rules)));
  if (state.analysis) {
    for (const std::string& message : state.analysis->reload()) {
      state.hooks.message("analysis: " + message);
    }
  }
  if (state.enforcement != nullptr) {
    YAGURA_TRY_VOID(state.enforcement->replace(std::move(parts.policies)));
  } else if (!parts.policies.empty()) {
    state.hooks.message("the first policies need a new start of the agent");
  }
  return state.probe->watch(wanted);
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
