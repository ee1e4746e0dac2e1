// What the agent says of itself: metrics, status, health. Made once a second by the agent's thread;
// the server's thread reads what was made.

#include <fmt/format.h>

#include <array>
#include <utility>

#include "core/json_text.hpp"
#include "sensor/agent/agent_state.hpp"
#include "sensor/agent/metrics_text.hpp"
#include "sensor/agent/privileges.hpp"

namespace yagura::sensor {
namespace {

constexpr std::int64_t kSnapshotNs = 1'000'000'000;
constexpr std::array<std::string_view, 2> kRings = {"events", "vital"};

void write_probe(MetricsText& text, const ProbeCounts& probed) {
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
}

void write_pipeline(MetricsText& text, const Pipeline& pipeline) {
  const PipelineCounts& joined = pipeline.counts();
  text.counter("events_total", "Events that were joined with their processes.", joined.events);
  text.counter("unknown_processes_total", "Events of processes that nobody had told of.",
               joined.unknown_processes);
  text.counter("forgotten_processes_total", "Processes that were given up for room.",
               joined.forgotten_processes);
  text.gauge("processes", "Processes that are known.", pipeline.processes().size());
}

void write_detector(MetricsText& text, const Detector& detector) {
  const DetectorCounts& judged = detector.counts();
  text.counter("judged_total", "Events that rules were asked about.", judged.events);
  text.counter("remembered_total", "Of these, events that were known to be nothing.",
               judged.remembered);
  const auto& rules = detector.rules().set->rules;
  text.gauge("rules", "Rules that are loaded.", rules.size());
  text.counter("firings_total", "Firings of rules.");
  const auto fired = detector.fired_by_rule();
  for (std::size_t at = 0; at < fired.size(); ++at) {
    if (fired[at] == 0) continue;
    text.sample(fired[at],
                {{"rule", rules[at].name}, {"priority", rules::to_string(rules[at].priority)}});
  }
}

void write_outputs(MetricsText& text, const OutputCounts& out) {
  text.counter("alerts_total", "Alerts for the outputs.", out.queued);
  text.counter("alerts_dropped_total", "Alerts that an output's queue had no room for.");
  for (const SinkCounts& sink : out.sinks) text.sample(sink.dropped, {{"output", sink.name}});
  text.counter("output_written_total", "Alerts that an output took.");
  for (const SinkCounts& sink : out.sinks) text.sample(sink.written, {{"output", sink.name}});
  text.counter("output_failed_total", "Alerts that an output did not take.");
  for (const SinkCounts& sink : out.sinks) text.sample(sink.failed, {{"output", sink.name}});
}

void write_resolver(MetricsText& text, const ResolverCounts& known) {
  text.gauge("containers", "Containers, by what is known of them.");
  text.sample(known.path, {{"metadata", "path"}});
  text.sample(known.bundle, {{"metadata", "bundle"}});
  text.sample(known.complete, {{"metadata", "complete"}});
  text.sample(known.missing, {{"metadata", "missing"}});
  text.gauge("pods", "Pods that are known.", known.pods);
  text.counter("metadata_failures_total", "Attempts to learn of a container, by cause.");
  text.sample(known.bundles_not_found, {{"cause", "bundle_not_found"}});
  text.sample(known.bundles_refused, {{"cause", "bundle_refused"}});
  text.sample(known.runtime_unreachable, {{"cause", "runtime_unreachable"}});
  text.sample(known.runtime_knows_not, {{"cause", "runtime_knows_not"}});
  text.sample(known.kubernetes.failures, {{"cause", "api_server"}});
}

void write_incidents(MetricsText& text, const IncidentCounts& incidents) {
  text.counter("incidents_total", "Incidents that were written down.", incidents.incidents);
  text.counter("incidents_suppressed_total", "Alerts without an incident, for their number.",
               incidents.suppressed);
  text.counter("incidents_failed_total", "Incidents that the disk refused.",
               incidents.store.failed);
}

void write_capture(MetricsText& text, const CaptureWriterCounts& capture) {
  text.counter("captured_total", "Events for the capture file.", capture.events);
  text.counter("capture_dropped_total", "Of these, events that the disk had no room or time for.",
               capture.output.dropped_events);
}

}  // namespace

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
  write_probe(text, probe->counts());
  write_pipeline(text, *pipeline);
  write_detector(text, *detector);
  text.counter("alerts_suppressed_total", "Alerts that the rate limit held back.",
               writer->counts().suppressed);
  if (aggregator) {
    text.counter("alerts_held_total", "Alerts that stand in summaries.", aggregator->counts().held);
  }
  write_outputs(text, outputs->counts());
  write_resolver(text, resolver->counts());
  if (incidents) write_incidents(text, incidents->counts());
  if (capture != nullptr) write_capture(text, capture->counts());
  if (enforcement != nullptr) enforcement->write_metrics(text);
  if (responder != nullptr) {
    const ResponderCounts responded = responder->counts();
    text.counter("responses_total", "Responses to alerts, by outcome.");
    text.sample(responded.done, {{"outcome", "done"}});
    text.sample(responded.failed, {{"outcome", "failed"}});
    text.sample(responded.refused, {{"outcome", "refused"}});
  }
  if (analysis) text.append(analysis->metrics());
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
  json.member("seconds",
              static_cast<std::uint64_t>((wall_clock_ns() - started_ns) / 1'000'000'000));
  if (enforcement != nullptr) {
    const enforce::EnforcerStatus enforced = enforcement->status();
    json.member("enforcement_tier", std::string_view(&enforced.tier, 1));
    json.key("policies").begin_array();
    for (const auto& policy : enforced.policies) {
      json.begin_object().member("name", policy.name).member("containers", policy.containers);
      json.member("reverted", policy.is_reverted).end_object();
    }
    json.end_array().key("problems").begin_array();
    for (const std::string& problem : enforced.problems) json.value(problem);
    json.end_array();
  }
  json.key("capabilities").begin_array();
  for (const std::string& name : effective_capabilities()) json.value(name);
  json.end_array().end_object();
  return text + "\n";
}

Result<void> Agent::State::start_pages() {
  if (!configuration.web.enabled) return {};
  const auto locked = [this](const std::string& text) {
    const std::lock_guard lock(mutex);
    return text;
  };
  YAGURA_TRY(server,
             StatusServer::start(configuration.web.address, configuration.web.port,
                                 {.metrics = [this, locked] { return locked(metrics_text); },
                                  .problem = [this, locked] { return locked(problem_text); },
                                  .status = [this, locked] { return locked(status_text); }}));
  return {};
}

}  // namespace yagura::sensor
