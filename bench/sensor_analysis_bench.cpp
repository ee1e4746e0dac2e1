// What all analyses cost an event, on one thread: a flood of opens that repeat (as of one that
// nothing matches), opens of ever other files, and a mix of a busy node of 100 workloads. Records
// are made before and only read here.

#include <time.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "figure.hpp"
#include "rules/event_type.hpp"
#include "sensor/analysis/analysis.hpp"
#include "sensor/analysis/facts/testing/event_builder.hpp"

namespace yagura::bench {
namespace {

using namespace yagura::sensor;
using yagura::sensor::testing::EventBuilder;
using yagura::sensor::testing::make_container;
using yagura::sensor::testing::make_process;

double cpu_nanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

class Silent : public AlertSink {
 public:
  void on_alert(const SensorAlert&) override { ++count; }
  std::uint64_t count = 0;
};

// Events that own their records.
class Events {
 public:
  void add(const SensorEvent& event, std::shared_ptr<Process> process) {
    const auto bytes = event.record->bytes();
    records_.push_back(std::make_unique<std::vector<std::byte>>(bytes.begin(), bytes.end()));
    views_.push_back(std::make_unique<RecordView>(*RecordView::read(*records_.back())));
    SensorEvent copy = event;
    copy.record = views_.back().get();
    copy.process = process.get();
    copy.thread_comm = process->comm;
    processes_.push_back(std::move(process));
    events_.push_back(copy);
  }
  [[nodiscard]] const std::vector<SensorEvent>& all() const { return events_; }

 private:
  std::vector<std::unique_ptr<std::vector<std::byte>>> records_;
  std::vector<std::unique_ptr<RecordView>> views_;
  std::vector<std::shared_ptr<Process>> processes_;
  std::vector<SensorEvent> events_;
};

void run(const std::string& name, const Events& events, std::size_t rounds, bool is_learned) {
  Silent sink;
  Analysis analysis({}, sink);
  for (const SensorEvent& event : events.all()) analysis.on_event(event);
  if (is_learned) {
    for (const Profile* profile : analysis.profiler().all()) {
      analysis.profiler().finish_learning(profile->key());
    }
  }
  const double start = cpu_nanoseconds();
  for (std::size_t i = 0; i < rounds; ++i) {
    for (const SensorEvent& event : events.all()) analysis.on_event(event);
  }
  const double spent = cpu_nanoseconds() - start;
  print_figure("sensor_analysis/" + name, "ns/event",
               spent / static_cast<double>(rounds * events.all().size()));
}

Events open_flood() {
  Events events;
  const auto process = make_process(10, "/usr/bin/app", make_container("web"));
  EventBuilder build(process);
  for (int i = 0; i < 1000; ++i) {
    events.add(build.open("/srv/shop/data/orders/file" + std::to_string(i)), process);
  }
  return events;
}

Events many_directories() {
  Events events;
  const auto process = make_process(10, "/usr/bin/app", make_container("web"));
  EventBuilder build(process);
  for (int i = 0; i < 50'000; ++i) {
    events.add(build.open("/srv/d" + std::to_string(i % 50) + "/user" + std::to_string(i) + "/x"),
               process);
  }
  return events;
}

Events busy_node() {
  Events events;
  for (int workload = 0; workload < 100; ++workload) {
    auto container = std::make_shared<Container>(*make_container("w" + std::to_string(workload)));
    container->cgroup_id = static_cast<std::uint64_t>(1000 + workload);
    const auto process =
        make_process(static_cast<std::uint32_t>(100 + workload), "/usr/bin/app", container);
    EventBuilder build(process);
    for (int i = 0; i < 100; ++i) {
      const std::string number = std::to_string(i % 20);
      switch (i % 10) {
        case 0:
          events.add(build.connect("10.1.2." + number, 8080), process);
          break;
        case 1:
          events.add(build.accept("10.1.3." + number, 50000, 8080), process);
          break;
        case 2:
          events.add(build.exec(), process);
          break;
        case 3:
          events.add(build.library("/usr/lib/lib" + number + ".so"), process);
          break;
        case 4:
          events.add(build.dns(yagura::sensor::testing::dns_answer(
                         "s" + number + ".shop.svc.cluster.local", "10.96.0." + number)),
                     process);
          break;
        case 5:
          events.add(build.begin("getpid").event(), process);
          break;
        default:
          events.add(build.open("/usr/share/d" + number + "/x"), process);
      }
    }
  }
  return events;
}

}  // namespace
}  // namespace yagura::bench

int main() {
  using namespace yagura::bench;
  run("open_flood", open_flood(), 3000, true);
  run("open_many_directories", many_directories(), 20, true);
  run("busy_node", busy_node(), 200, true);
}
