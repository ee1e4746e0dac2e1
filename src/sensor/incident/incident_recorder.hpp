#pragma once

// Keeps in mind what happens and writes down what was around an alert. A consumer of events (before
// the one that judges, so that the event of the alert is among them) and an AlertSink that hands
// alerts on with the id of their incident as field `yagura.event_id`.

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "sensor/event/alert.hpp"
#include "sensor/incident/event_id.hpp"
#include "sensor/incident/incident.hpp"
#include "sensor/incident/incident_store.hpp"
#include "sensor/incident/notes.hpp"
#include "sensor/process/process_table.hpp"

namespace yagura::sensor {

struct IncidentOptions {
  NoteLimits notes;
  std::string host;
  std::size_t max_processes = 200;  // of one incident
  std::size_t max_notes = 500;
  std::size_t max_earlier = 20;  // alerts that are remembered of a container
  std::size_t max_command_line = 4096;
  // The same rule firing again in the same container belongs to the incident before, if that is no
  // older than this. So a storm of alerts is one document.
  std::chrono::seconds quiet{10};
  // Documents at most, a second, whatever fires; beyond, alerts go on without an id (counted).
  std::uint32_t max_per_second = 10;
  // Names of users; empty: their numbers are shown.
  std::function<std::string(const Process&, std::uint32_t uid, std::int64_t wall_ns)> user_name;
  // The alert's text, filled in from the event; empty: the document has none.
  std::function<std::string(const SensorAlert&)> output_text;
};

struct IncidentCounts {
  std::uint64_t incidents = 0;
  std::uint64_t repeats = 0;     // alerts that belong to an incident before
  std::uint64_t suppressed = 0;  // beyond max_per_second
  std::uint64_t dropped_notes = 0;
  std::size_t note_bytes = 0;
  IncidentStoreCounts store;
};

// One thread: the pipeline's.
class IncidentRecorder final : public EventConsumer, public AlertSink {
 public:
  // `next` takes the alerts; it, the store and the processes must outlive the recorder. Without
  // processes the tree has the subject's ancestors and what was noted.
  IncidentRecorder(IncidentOptions options, EventIds ids, IncidentStore& store,
                   const ProcessTable* processes, AlertSink& next);

  void on_event(const SensorEvent& event) override { notes_.take(event); }
  void on_alert(const SensorAlert& alert) override;

  [[nodiscard]] IncidentCounts counts() const;

 private:
  struct Last {
    std::string id;
    std::int64_t wall_ns = 0;
  };

  [[nodiscard]] std::string id_for(const SensorAlert& alert);
  [[nodiscard]] bool may_write(std::int64_t wall_ns);
  void write(const std::string& id, const SensorAlert& alert);
  void add_processes(Incident& incident, const SensorEvent& event) const;
  [[nodiscard]] IncidentProcess describe(const Process& process, const SensorEvent& event) const;
  void remember(const std::string& id, const SensorAlert& alert);

  IncidentOptions options_;
  EventIds ids_;
  IncidentStore* store_;
  const ProcessTable* processes_;
  AlertSink* next_;
  Notes notes_;
  std::unordered_map<std::string, Last> last_;                         // by container and rule
  std::unordered_map<std::string, std::deque<EarlierAlert>> earlier_;  // by container
  std::int64_t second_ = 0;
  std::uint32_t in_second_ = 0;
  IncidentCounts counts_;
};

}  // namespace yagura::sensor
