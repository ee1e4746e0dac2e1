#pragma once

// What an agent is made of. Internal to src/sensor/agent.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "sensor/agent/agent.hpp"
#include "sensor/agent/enforcement.hpp"
#include "sensor/agent/output_queue.hpp"
#include "sensor/agent/rule_responses.hpp"
#include "sensor/agent/status_server.hpp"
#include "sensor/analysis/aggregate/aggregator.hpp"
#include "sensor/analysis/analysis.hpp"
#include "sensor/capture/capture_writer.hpp"
#include "sensor/detect/alert_writer.hpp"
#include "sensor/detect/detector.hpp"
#include "sensor/identity/resolver.hpp"
#include "sensor/incident/incident_recorder.hpp"
#include "sensor/probe/calls_seen.hpp"
#include "sensor/probe/probe.hpp"
#include "sensor/process/pipeline.hpp"

namespace yagura::sensor {

// Stands for a sink that is made later.
class LateSink final : public AlertSink {
 public:
  AlertSink* next = nullptr;  // set before the first alert
  void on_alert(const SensorAlert& alert) override { next->on_alert(alert); }
};

// Events: probe -> pipeline -> incidents, analysis, detector, capture.
// Alerts: detector, analysis, enforcement -> responses -> aggregator -> incidents -> writer ->
// outputs.
struct Agent::State {
  Configuration configuration;
  AgentHooks hooks;
  std::string hostname;
  std::vector<std::uint64_t> scope;
  // In the order of their dependence: what is below refers to what is above.
  std::unique_ptr<Probe> probe;
  std::unique_ptr<CallsSeen> calls_seen;     // null: not asked for
  std::unique_ptr<Enforcement> enforcement;  // null: no policies
  std::unique_ptr<OutputQueue> outputs;
  std::unique_ptr<Resolver> resolver;
  std::optional<Pipeline> pipeline;
  UserNames users;
  // Before the alerts, whose texts have the names that it knows addresses by.
  LateSink analysis_sink;
  std::optional<Analysis> analysis;
  std::optional<AlertWriter> writer;
  std::optional<IncidentStore> incident_store;
  std::optional<IncidentRecorder> incidents;
  std::optional<Aggregator> aggregator;
  std::unique_ptr<Responder> responder;
  std::optional<RuleResponses> responses;
  std::optional<Detector> detector;
  std::unique_ptr<CaptureWriter> capture;

  std::vector<std::byte> start_up;  // records of tasks, until the pipeline takes them
  std::int64_t next_learning_ns = 0;
  std::int64_t started_ns = 0;
  std::int64_t next_snapshot_ns = 0;
  std::uint64_t lost_at_snapshot = 0;
  bool is_losing = false;

  mutable std::mutex mutex;  // of what the pages read
  std::string metrics_text;
  std::string status_text;
  std::string problem_text;
  std::unique_ptr<StatusServer> server;  // last: its thread reads the texts

  [[nodiscard]] Result<void> start(AgentParts parts);
  // The types of calls that rules and analyses ask for.
  [[nodiscard]] std::vector<rules::EventType> wanted_types(const rules::RuleSet& rules) const;
  void end();
  // Tells the analysis which calls containers made.
  void learn_calls();

  // agent_pages.cpp
  [[nodiscard]] Result<void> start_pages();
  void snapshot(std::int64_t now);
  [[nodiscard]] std::string make_metrics() const;
  [[nodiscard]] std::string make_status() const;
  void find_problem();

 private:
  [[nodiscard]] Result<void> start_kernel(const AgentParts& parts);
  void feed_start_up();
  void start_alerts();
  void start_responses();
  void start_analysis();
  [[nodiscard]] Result<void> start_capture();
  [[nodiscard]] ViewSources view_sources();
  [[nodiscard]] AlertSink& first_sink();
};

[[nodiscard]] std::int64_t wall_clock_ns();  // since 1970

}  // namespace yagura::sensor
