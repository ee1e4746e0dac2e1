#include "sensor/replay/replay.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "rules/event_type.hpp"
#include "sensor/dns/domain_names.hpp"
#include "sensor/dns/message.hpp"
#include "sensor/incident/incident_recorder.hpp"
#include "sensor/replay/recorded_users.hpp"

namespace yagura::sensor {

namespace {

constexpr std::size_t kMaxTypesTold = 8;

// Counts, and learns what name servers answered, which fd.sip.name asks for.
class Observer final : public EventConsumer {
 public:
  explicit Observer(DomainNames& names)
      : names_(&names), by_type_(rules::event_types().size(), 0) {}

  void on_event(const SensorEvent& event) override {
    const ygr_header& header = event.record->header();
    if (header.kind == YGR_DNS) {
      if (const auto message = read_dns_message(event.record->text(YGR_S_DATA))) {
        names_->learn(header.cgroup_id, *message, header.time_ns);
      }
      return;
    }
    if (header.kind > YGR_EXIT) return;
    ++events;
    if (first_ns == 0) first_ns = event.wall_ns;
    last_ns = event.wall_ns;
    if (header.type < by_type_.size()) ++by_type_[header.type];
  }

  [[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> by_type() const {
    std::vector<std::pair<std::string, std::uint64_t>> all;
    for (std::size_t type = 0; type < by_type_.size(); ++type) {
      if (by_type_[type] == 0) continue;
      all.emplace_back(rules::event_type_name(static_cast<rules::EventType>(type)), by_type_[type]);
    }
    std::ranges::stable_sort(all, std::greater(), &std::pair<std::string, std::uint64_t>::second);
    return all;
  }

  std::uint64_t events = 0;
  std::int64_t first_ns = 0;
  std::int64_t last_ns = 0;

 private:
  DomainNames* names_;
  std::vector<std::uint64_t> by_type_;
};

// What takes alerts and writes incidents, where that is asked for.
struct Incidents {
  std::optional<IncidentStore> store;
  std::unique_ptr<IncidentRecorder> recorder;
};

Result<void> start(Incidents& incidents, const ReplayOptions& options, const Pipeline& pipeline,
                   const ViewSources& sources, AlertWriter& writer) {
  if (options.incidents.empty()) return {};
  YAGURA_TRY(incidents.store, IncidentStore::open(options.incidents));
  IncidentOptions its{.host = sources.hostname};
  its.output_text = [&writer](const SensorAlert& alert) { return writer.text_of(alert); };
  its.user_name = [users = sources.users](const Process& process, std::uint32_t uid,
                                          std::int64_t wall_ns) {
    const UserEntry* const entry = users->user(process, uid, wall_ns);
    return entry == nullptr ? std::string() : entry->name;
  };
  incidents.recorder = std::make_unique<IncidentRecorder>(
      std::move(its), EventIds::random(), *incidents.store, &pipeline.processes(), writer);
  return {};
}

std::vector<std::pair<std::string, std::uint64_t>> fired_by_rule(const Detector& detector) {
  std::vector<std::pair<std::string, std::uint64_t>> all;
  const auto fired = detector.fired_by_rule();
  for (std::size_t rule = 0; rule < fired.size(); ++rule) {
    if (fired[rule] > 0) all.emplace_back(detector.rules().set->rules[rule].name, fired[rule]);
  }
  std::ranges::stable_sort(all, std::greater(), &std::pair<std::string, std::uint64_t>::second);
  return all;
}

}  // namespace

Result<ReplayStatistics> run_replay(RecordSource& source,
                                    std::shared_ptr<const rules::LoadedRules> rules,
                                    const ReplayOptions& options, const ReplaySinks& sinks) {
  YAGURA_TRY(const std::unique_ptr<RecordedUsers> users,
             RecordedUsers::make(source.users(), source.groups()));
  Pipeline pipeline(source.containers(), {.boot_offset_ns = source.machine().boot_offset_ns});
  DomainNames names;
  Observer observer(names);
  const ViewSources sources{
      .processes = &pipeline.processes(),
      .users = &users->names(),
      .domain_names = &names,
      .hostname = options.hostname.empty() ? source.machine().hostname : options.hostname};
  AlertWriter writer(options.alerts, sources, [&sinks](std::string_view line) {
    if (sinks.on_line) sinks.on_line(line);
  });
  Incidents incidents;
  YAGURA_TRY_VOID(start(incidents, options, pipeline, sources, writer));
  std::unique_ptr<Detector> detector;
  AlertSink* const first = incidents.recorder != nullptr
                               ? static_cast<AlertSink*>(incidents.recorder.get())
                               : static_cast<AlertSink*>(&writer);
  if (rules != nullptr) {
    detector = std::make_unique<Detector>(std::move(rules), options.detector, sources, *first);
  }
  pipeline.add_consumer(observer);
  if (incidents.recorder != nullptr) pipeline.add_consumer(*incidents.recorder);
  if (detector != nullptr) pipeline.add_consumer(*detector);
  if (sinks.attach) sinks.attach(pipeline, sources);

  ReplayStatistics statistics;
  RecordView record;
  while (!sinks.should_stop || !sinks.should_stop()) {
    YAGURA_TRY(const bool has_record, source.next(record));
    if (!has_record) break;
    ++statistics.records;
    pipeline.feed(record);
  }
  statistics.events = observer.events;
  statistics.first_ns = observer.first_ns;
  statistics.last_ns = observer.last_ns;
  statistics.by_type = observer.by_type();
  statistics.pipeline = pipeline.counts();
  statistics.remarks = source.remarks();
  if (detector != nullptr) {
    statistics.detector = detector->counts();
    statistics.alerts = detector->counts().fired;
    statistics.by_rule = fired_by_rule(*detector);
  }
  if (incidents.recorder != nullptr) {
    statistics.incidents = incidents.recorder->counts().incidents;
  }
  return statistics;
}

std::string summary(const ReplayStatistics& statistics) {
  const double seconds = static_cast<double>(statistics.last_ns - statistics.first_ns) / 1e9;
  std::string text = fmt::format("{} events in {:.3f} s of the recording, {} alerts\n",
                                 statistics.events, seconds, statistics.alerts);
  for (const auto& [rule, count] : statistics.by_rule)
    text += fmt::format("{:8} {}\n", count, rule);
  if (!statistics.by_type.empty()) {
    text += "most frequent:";
    const std::size_t told = std::min(statistics.by_type.size(), kMaxTypesTold);
    for (std::size_t i = 0; i < told; ++i) {
      text += fmt::format(" {} {}", statistics.by_type[i].first, statistics.by_type[i].second);
    }
    text += "\n";
  }
  if (statistics.pipeline.lost > 0) {
    text += fmt::format("{} records are missing: lost by the sensor or left out of the file\n",
                        statistics.pipeline.lost);
  }
  if (statistics.pipeline.unknown_processes > 0) {
    text += fmt::format("{} events are of processes that the recording does not describe\n",
                        statistics.pipeline.unknown_processes);
  }
  for (const std::string& remark : statistics.remarks) text += remark + "\n";
  if (statistics.incidents > 0) text += fmt::format("{} incidents written\n", statistics.incidents);
  return text;
}

}  // namespace yagura::sensor
