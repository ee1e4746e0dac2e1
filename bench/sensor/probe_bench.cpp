// The probe with the real kernel: what an open and a close cost with and without it, how many
// events a second one producer can make without a loss, and what reading them costs: alone, and
// with all published rules behind it as in the agent (pipeline, view, detector). Needs root and a
// kernel with BTF. Times are CPU times of the thread: other work on the machine does not count.

#include <fcntl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "figure.hpp"
#include "sensor/detect/testing/scene.hpp"
#include "sensor/probe/probe.hpp"
#include "sensor/probe/testing/test_cgroup.hpp"

namespace yagura::bench {
namespace {

using sensor::Probe;
using sensor::ProbeCounts;
using sensor::ProbeOptions;
using sensor::TestCgroup;
using sensor::testing::Scene;
using Rules = std::shared_ptr<const rules::LoadedRules>;

double clock_nanoseconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

// What a child did: CPU and wall time for each of its turns.
struct Turn {
  double cpu_ns = 0;
  double wall_ns = 0;
};

using Body = std::function<void(int turns)>;

// Runs it in a child in the cgroup; `meanwhile` is called again and again until the child is done,
// `before` when it is in the cgroup and has done nothing yet.
Turn run_child(const TestCgroup& cgroup, int turns, const Body& body,
               const std::function<void()>& meanwhile, const std::function<void()>& before = {}) {
  int gate[2];
  int answer[2];
  if (pipe(gate) != 0 || pipe(answer) != 0) std::exit(1);
  const pid_t child = fork();
  if (child == 0) {
    char go = 0;
    if (read(gate[0], &go, 1) != 1) _exit(1);
    body(turns / 20);  // warm
    const double cpu = clock_nanoseconds(CLOCK_THREAD_CPUTIME_ID);
    const double wall = clock_nanoseconds(CLOCK_MONOTONIC);
    body(turns);
    Turn turn{.cpu_ns = (clock_nanoseconds(CLOCK_THREAD_CPUTIME_ID) - cpu) / turns,
              .wall_ns = (clock_nanoseconds(CLOCK_MONOTONIC) - wall) / turns};
    _exit(write(answer[1], &turn, sizeof(turn)) == sizeof(turn) ? 0 : 1);
  }
  cgroup.add(child);
  if (before) before();
  if (write(gate[1], "g", 1) != 1) std::exit(1);
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) meanwhile();
  meanwhile();
  Turn turn;
  if (read(answer[0], &turn, sizeof(turn)) != sizeof(turn)) std::exit(1);
  for (const int fd : {gate[0], gate[1], answer[0], answer[1]}) close(fd);
  return turn;
}

void nothing_meanwhile() { usleep(2000); }

struct Best {
  double value = 1e18;
  void add(double next) { value = std::min(value, next); }
};

std::unique_ptr<Probe> open_probe(const TestCgroup& cgroup, std::vector<rules::EventType> types) {
  ProbeOptions options{.event_types = std::move(types), .scope_cgroups = {cgroup.id()}};
  auto probe = Probe::open(options);
  if (!probe) {
    std::printf("skipped: %s\n", probe.error().message.c_str());
    std::exit(0);
  }
  return *std::move(probe);
}

// What is done with a record; nothing: reading alone is measured.
using Reader = std::function<void(const sensor::RecordView&, unsigned)>;

// Reads all that there is, and measures what that costs.
struct Drain {
  Probe& probe;
  Reader reader;
  double cpu_ns = 0;
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;

  void operator()() {
    const double begin = clock_nanoseconds(CLOCK_THREAD_CPUTIME_ID);
    const auto count = probe.poll(std::chrono::milliseconds(10),
                                  [this](const sensor::RecordView& record, unsigned ring) {
                                    bytes += record.header().size;
                                    if (reader) reader(record, ring);
                                  });
    cpu_ns += clock_nanoseconds(CLOCK_THREAD_CPUTIME_ID) - begin;
    records += count.value_or(0);
  }
};

// All published rules, behind the pipeline, with the test's cgroup as a container.
class Judge {
 public:
  Judge(const Rules& rules, std::uint64_t cgroup) : scene_(rules, sensor::Matching::kFirst) {
    auto container = std::make_shared<sensor::Container>(*scene_.container);
    container->cgroup_id = cgroup;
    scene_.resolver.set(cgroup, container);
  }
  [[nodiscard]] Reader reader() {
    return [this](const sensor::RecordView& record, unsigned ring) {
      scene_.pipeline.feed(record, ring);
    };
  }
  [[nodiscard]] const sensor::DetectorCounts& counts() const { return scene_.detector.counts(); }

 private:
  Scene scene_;
};

void open_and_close(const std::string& path, int turns) {
  for (int i = 0; i < turns; ++i) close(open(path.c_str(), O_RDONLY));
}

void bench_open_close(const std::string& what, const std::string& path,
                      const std::vector<rules::EventType>& types) {
  constexpr int kRounds = 7;
  constexpr int kTurns = 400'000;
  const Body body = [&](int turns) { open_and_close(path, turns); };
  const TestCgroup cgroup;
  Best bare;
  Best watched;
  double consumer_ns = 0;
  double records = 0;
  std::uint64_t lost = 0;
  for (int round = 0; round < kRounds; ++round) {
    bare.add(run_child(cgroup, kTurns, body, nothing_meanwhile).cpu_ns);
    const auto probe = open_probe(cgroup, types);
    Drain drain{.probe = *probe, .reader = {}};
    watched.add(run_child(cgroup, kTurns, body, [&] { drain(); }).cpu_ns);
    consumer_ns += drain.cpu_ns;
    records += static_cast<double>(drain.records);
    lost += probe->counts().ring_full[0];
  }
  print_figure("open+close of " + what + ", every open told", "ns", watched.value,
               {"bare", bare.value});
  print_figure("read the records of " + what, "CPU-s a million", consumer_ns / records / 1000);
  print_figure("lost of " + what, "records", static_cast<double>(lost));
}

void bench_rate(const std::string& what, std::string_view type, const Body& body) {
  constexpr int kTurns = 3'000'000;
  const TestCgroup cgroup;
  const auto probe = open_probe(cgroup, {rules::find_event_type(type).value()});
  Drain drain{.probe = *probe, .reader = {}};
  const Turn turn = run_child(cgroup, kTurns, body, [&] { drain(); });
  const ProbeCounts counts = probe->counts();
  print_figure("one producer of " + what, "events/s", 1e9 / turn.wall_ns);
  print_figure("lost of one producer of " + what, "records",
               static_cast<double>(counts.ring_full[0]));
  print_figure("read the records of " + what, "CPU-s a million",
               drain.cpu_ns / static_cast<double>(drain.records) / 1000);
}

// The whole way with rules: what the consumer costs, and whether it keeps up.
void bench_judged(const std::string& what, const Rules& rules, const Body& body) {
  constexpr int kTurns = 3'000'000;
  const TestCgroup cgroup;
  Judge judge(rules, cgroup.id());
  const auto probe = open_probe(cgroup, rules->set->needed_types(rules::Source::kSyscall));
  Drain drain{.probe = *probe, .reader = judge.reader()};
  const Turn turn = run_child(
      cgroup, kTurns, body, [&] { drain(); },
      [&] {
        if (!probe->start_up(drain.reader)) std::puts("the child is not known");
      });
  print_figure("one producer of " + what + ", all judged", "events/s", 1e9 / turn.wall_ns);
  print_figure("lost of " + what + ", all judged", "records",
               static_cast<double>(probe->counts().ring_full[0]));
  print_figure("judged of " + what, "events", static_cast<double>(judge.counts().events));
  print_figure("fired of " + what, "alerts", static_cast<double>(judge.counts().fired));
  print_figure("read and judge " + what, "CPU-s a million",
               drain.cpu_ns / static_cast<double>(drain.records) / 1000);
}

int run() {
  if (geteuid() != 0 || !TestCgroup().is_there()) {
    std::puts("skipped: not root, or no cgroup2");
    return 0;
  }
  const Rules rules = sensor::testing::published_rules();
  if (rules == nullptr) {
    std::puts("skipped: no corpora");
    return 0;
  }
  const auto types = rules->set->needed_types(rules::Source::kSyscall);
  print_figure("published rules, all enabled", "count",
               static_cast<double>(rules->set->rules.size()));
  print_figure("types of events that the published rules judge", "count",
               static_cast<double>(types.size()));
  bench_open_close("/dev/null", "/dev/null", types);
  bench_open_close("/usr/lib/os-release", "/usr/lib/os-release", types);
  const auto open_nothing = [](int turns) {
    for (int i = 0; i < turns; ++i) open("/nothing", O_RDONLY);
  };
  bench_judged("opens of /usr/lib/os-release", rules,
               [](int turns) { open_and_close("/usr/lib/os-release", turns); });
  bench_judged("opens that fail", rules, open_nothing);
  bench_rate("opens that fail", "openat", open_nothing);
  bench_rate("calls with arguments only", "getppid", [](int turns) {
    for (int i = 0; i < turns; ++i) getppid();
  });
  return 0;
}

}  // namespace
}  // namespace yagura::bench

int main() { return yagura::bench::run(); }
