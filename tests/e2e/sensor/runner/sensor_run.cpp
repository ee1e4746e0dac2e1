#include "runner/sensor_run.hpp"

#include <time.h>

#include "rules/judge/rule_files.hpp"
#include "sensor/detect/alert_writer.hpp"
#include "sensor/detect/detector.hpp"
#include "sensor/dns/domain_names.hpp"
#include "sensor/identity/resolver.hpp"
#include "sensor/probe/probe.hpp"
#include "sensor/process/pipeline.hpp"

namespace yagura::sensor::e2e {
namespace {

namespace fs = std::filesystem;

std::int64_t boot_offset_ns() {
  timespec wall{};
  timespec boot{};
  clock_gettime(CLOCK_REALTIME, &wall);
  clock_gettime(CLOCK_BOOTTIME, &boot);
  return (wall.tv_sec - boot.tv_sec) * 1'000'000'000 + (wall.tv_nsec - boot.tv_nsec);
}

// What name servers answered.
class DomainLearner final : public EventConsumer {
 public:
  explicit DomainLearner(DomainNames& names) : names_(names) {}
  void on_event(const SensorEvent& event) override {
    if (event.record->kind() != YGR_DNS) return;
    const auto message = read_dns_message(event.record->text(YGR_S_DATA));
    if (message)
      names_.learn(event.record->header().cgroup_id, *message, event.record->header().time_ns);
  }

 private:
  DomainNames& names_;
};

// Tells the log when an open of a mark comes by. Behind the detector: alerts stand before the marks
// that follow them.
class MarkWatcher final : public EventConsumer {
 public:
  explicit MarkWatcher(AlertLog& log) : log_(log) {}
  void on_event(const SensorEvent& event) override {
    if (event.record->kind() != YGR_CALL) return;
    const std::string_view path = event.record->text(YGR_S_PATH0);
    if (path.starts_with("/yagura-mark-")) log_.add_mark(std::string(path));
  }

 private:
  AlertLog& log_;
};

// Alerts to the log, each with the line that the agent would write.
class LoggingSink final : public AlertSink {
 public:
  LoggingSink(AlertLog& log, const ViewSources& sources)
      : log_(log), writer_({.format = AlertFormat::kJson}, sources, [this](std::string_view line) {
          line_ = line;
        }) {}

  void on_alert(const SensorAlert& alert) override {
    writer_.on_alert(alert);
    SeenAlert seen{.rule = std::string(alert.rule),
                   .container_id = {},
                   .pod = {},
                   .name_space = {},
                   .process = std::string(name_of(*alert.event->process)),
                   .json = line_};
    if (const Container* container = alert.event->container()) {
      seen.container_id = container->id;
      if (container->pod) {
        seen.pod = container->pod->name;
        seen.name_space = container->pod->name_space;
      }
    }
    log_.add_alert(std::move(seen));
  }

 private:
  AlertLog& log_;
  AlertWriter writer_;
  std::string line_;
};

}  // namespace

struct SensorRun::Parts {
  std::unique_ptr<Resolver> resolver;
  UserNames users;
  DomainNames domains;
  std::unique_ptr<DomainLearner> learner;
  std::unique_ptr<Pipeline> pipeline;
  std::unique_ptr<LoggingSink> sink;
  std::unique_ptr<Detector> detector;
  std::unique_ptr<MarkWatcher> marks;
  std::unique_ptr<Probe> probe;
};

SensorRun::SensorRun() : parts_(std::make_unique<Parts>()) {}

SensorRun::~SensorRun() {
  is_ending_ = true;
  if (thread_.joinable()) thread_.join();
}

Result<std::unique_ptr<SensorRun>> SensorRun::start(Pods& pods,
                                                    const std::vector<fs::path>& rules) {
  Diagnostics diagnostics;
  const auto loaded = std::make_shared<rules::LoadedRules>(
      rules::load_rules(rules, rules::Source::kSyscall, diagnostics));
  if (loaded->set == nullptr) return fail(ErrorCode::kInvalidInput, "the rules do not load");
  std::unique_ptr<SensorRun> self(new SensorRun());
  Parts& parts = *self->parts_;
  ResolverOptions resolver;
  resolver.runtimes.containerd_states = {pods.containerd().state().string()};
  resolver.scan_below = pods.cgroup().path_in_hierarchy();
  resolver.cri_sockets = {pods.containerd().socket().string()};
  YAGURA_TRY(parts.resolver, Resolver::open(std::move(resolver)));
  parts.pipeline = std::make_unique<Pipeline>(*parts.resolver,
                                              PipelineOptions{.boot_offset_ns = boot_offset_ns()});
  const ViewSources sources{.processes = &parts.pipeline->processes(),
                            .users = &parts.users,
                            .domain_names = &parts.domains,
                            .hostname = "e2e"};
  parts.sink = std::make_unique<LoggingSink>(self->log_, sources);
  parts.detector = std::make_unique<Detector>(loaded, DetectorOptions{.matching = Matching::kAll},
                                              sources, *parts.sink);
  parts.learner = std::make_unique<DomainLearner>(parts.domains);
  parts.marks = std::make_unique<MarkWatcher>(self->log_);
  parts.pipeline->add_consumer(*parts.learner);
  parts.pipeline->add_consumer(*parts.detector);
  parts.pipeline->add_consumer(*parts.marks);
  ProbeOptions probe;
  probe.event_types = loaded->set->needed_types(rules::Source::kSyscall);
  probe.tells_dns = true;
  probe.scope_cgroups = {pods.cgroup().id()};
  YAGURA_TRY(parts.probe, Probe::open(probe));
  self->thread_ = std::jthread([raw = self.get()] { raw->run(); });
  return self;
}

void SensorRun::run() {
  while (!is_ending_) {
    const auto handled = parts_->probe->poll(
        std::chrono::milliseconds(10),
        [&](const RecordView& record, unsigned ring) { parts_->pipeline->feed(record, ring); });
    if (!handled) return;
  }
}

std::uint64_t SensorRun::lost() const {
  const ProbeCounts counts = parts_->probe->counts();
  return counts.ring_full[0] + counts.ring_full[1] + counts.malformed;
}

}  // namespace yagura::sensor::e2e
