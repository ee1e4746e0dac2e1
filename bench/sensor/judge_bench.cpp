// From a record to a verdict: the process table, the view and all published Falco rules on a mix of
// a web shop's records, on one core; lines of JSON; and what a million short-lived processes in a
// thousand containers leave in memory.

#include <fcntl.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "figure.hpp"
#include "sensor/detect/alert_writer.hpp"
#include "sensor/detect/testing/scene.hpp"

namespace yagura::bench {
namespace {

using sensor::RecordView;
using sensor::testing::RecordMaker;
using sensor::testing::Scene;

double cpu_nanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

double resident_mebibytes() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    if (word != "VmRSS:") continue;
    double kilobytes = 0;
    status >> kilobytes;
    return kilobytes / 1024;
  }
  return 0;
}

// Records as bytes, as they come from a ring.
class Records {
 public:
  void add(RecordMaker record, int weight = 1) {
    const auto bytes = record.bytes();
    for (int i = 0; i < weight; ++i) all_.emplace_back(bytes.begin(), bytes.end());
  }
  // Neighbours differ, as in a real stream.
  void shuffle() {
    std::uint64_t state = 1;
    for (std::size_t i = all_.size() - 1; i > 0; --i) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      std::swap(all_[i], all_[(state >> 33U) % (i + 1)]);
    }
  }
  void feed(sensor::Pipeline& pipeline) const {
    for (const auto& bytes : all_) pipeline.feed(*RecordView::read(bytes));
  }
  [[nodiscard]] std::size_t size() const { return all_.size(); }

 private:
  std::vector<std::vector<std::byte>> all_;
};

Records shop(Scene& scene) {
  scene.start(200, Scene::kInit, "/usr/bin/gunicorn", {"gunicorn", "shop.wsgi", "-b", "0.0.0.0"});
  scene.start(201, 200, "/usr/bin/python3", {"python3", "-m", "shop.worker", "--queue", "orders"});
  scene.start(202, Scene::kInit, "/usr/sbin/nginx", {"nginx", "-g", "daemon off;"});
  Records mix;
  for (const char* path : {"/usr/lib/python3/dist-packages/jinja2/loaders.py", "/etc/hosts",
                           "/proc/self/status", "/srv/shop/templates/cart.html"}) {
    mix.add(scene.open(201, path, O_RDONLY | O_CLOEXEC), 11);
  }
  mix.add(scene.open(201, "/srv/shop/cache/ab/cd/page.tmp", O_WRONLY | O_CREAT), 6);
  mix.add(scene.open(202, "/var/log/nginx/access.log", O_WRONLY | O_APPEND), 4);
  mix.add(scene.call(201, "connect")
              .args({9})
              .socket(9, "10.2.0.7", 41'234, "10.96.0.20", 5432)
              .address("10.96.0.20", 5432),
          8);
  mix.add(scene.call(202, "accept4", 12).socket(12, "10.2.0.7", 8080, "10.2.0.9", 39'000, 1, 1), 5);
  mix.add(scene.call(201, "sendto", 40)
              .args({9, 0, 40})
              .socket(9, "10.2.0.7", 40'000, "10.96.0.10", 53, 2),
          6);
  mix.add(scene.call(201, "recvfrom", 90)
              .args({9, 0, 512})
              .socket(9, "10.2.0.7", 40'000, "10.96.0.10", 53, 2),
          4);
  mix.add(scene.call(201, "unlinkat").args({0xffffff9c}).text(YGR_S_PATH0, "/srv/shop/cache/old"),
          4);
  mix.add(scene.call(201, "renameat")
              .text(YGR_S_PATH0, "/srv/shop/cache/a")
              .text(YGR_S_PATH1, "/srv/shop/cache/b"),
          4);
  mix.add(scene.call(201, "mkdirat").args({0, 0, 0755}).text(YGR_S_PATH0, "/srv/shop/cache/ef"), 2);
  mix.add(scene.call(201, "fchmodat").args({0, 0, 0600}).text(YGR_S_PATH0, "/srv/shop/cache/b"), 2);
  mix.add(scene.call(202, "dup2", 7).args({12, 7}).socket(7, "10.2.0.7", 80, "10.2.0.9", 99, 1, 1),
          2);
  mix.add(scene.call(201, "close").args({3}).file(3, "/etc/hosts"), 5);
  mix.shuffle();
  return mix;
}

double per_event(Scene& scene, const Records& records, int rounds, int repeats) {
  double best = 1e18;
  for (int round = 0; round < rounds; ++round) {
    const double begin = cpu_nanoseconds();
    for (int i = 0; i < repeats; ++i) records.feed(scene.pipeline);
    best = std::min(best, (cpu_nanoseconds() - begin) /
                              (static_cast<double>(repeats) * static_cast<double>(records.size())));
  }
  return best;
}

void judge(const std::shared_ptr<const rules::LoadedRules>& rules) {
  for (const bool remembers : {false, true}) {
    Scene scene(rules, sensor::Matching::kFirst,
                remembers ? std::size_t{1} << 16U : std::size_t{0});
    const Records mix = shop(scene);
    print_figure(remembers ? "record to verdict, mix, verdicts remembered"
                           : "record to verdict, mix, each judged anew",
                 "ns", per_event(scene, mix, 7, 2'000));
    Records open;
    open.add(scene.open(201, "/etc/hosts", O_RDONLY), 100);
    print_figure(remembers ? "record to verdict, the same open, remembered"
                           : "record to verdict, the same open, judged anew",
                 "ns", per_event(scene, open, 7, 2'000));
  }
  Scene scene(rules);
  class Nothing : public sensor::EventConsumer {
    void on_event(const sensor::SensorEvent&) override {}
  } nothing;
  sensor::Pipeline pipeline(scene.resolver, {});
  pipeline.add_consumer(nothing);
  Records open;
  open.add(scene.open(201, "/etc/hosts", O_RDONLY), 100);
  double best = 1e18;
  for (int round = 0; round < 7; ++round) {
    const double begin = cpu_nanoseconds();
    for (int i = 0; i < 2'000; ++i) open.feed(pipeline);
    best = std::min(best, (cpu_nanoseconds() - begin) / 200'000);
  }
  print_figure("record to joined event, without rules", "ns", best);
}

void write(const std::shared_ptr<const rules::LoadedRules>& rules) {
  Scene scene(rules, sensor::Matching::kFirst);
  std::size_t bytes = 0;
  const sensor::ViewSources sources{
      .processes = &scene.pipeline.processes(), .users = &scene.users, .hostname = "node-1"};
  sensor::AlertWriter writer({.format = sensor::AlertFormat::kJson}, sources,
                             [&bytes](std::string_view line) { bytes += line.size(); });
  sensor::Detector detector(rules, {}, sources, writer);
  sensor::Pipeline pipeline(scene.resolver, {.boot_offset_ns = 1'700'000'000'000'000'000});
  pipeline.add_consumer(detector);
  Records records;
  records.add(scene.exec(201, 1, "/bin/app", {"app", "--config", "/etc/app.conf"})
                  .cgroup(Scene::kContainerCgroup));
  records.feed(pipeline);
  Records matching;
  matching.add(scene.open(201, "/etc/shadow", O_RDONLY).cgroup(Scene::kContainerCgroup), 100);
  double best = 1e18;
  for (int round = 0; round < 7; ++round) {
    const double begin = cpu_nanoseconds();
    for (int i = 0; i < 200; ++i) matching.feed(pipeline);
    best = std::min(best, (cpu_nanoseconds() - begin) / 20'000);
  }
  print_figure("record to a line of JSON", "ns", best);
  print_figure("length of the line", "bytes",
               static_cast<double>(bytes) / static_cast<double>(writer.counts().written));
}

void remember(const std::shared_ptr<const rules::LoadedRules>& rules) {
  const double before = resident_mebibytes();
  Scene scene(rules, sensor::Matching::kFirst);
  const std::string environment(2'000, 'e');
  for (std::uint32_t container = 0; container < 1'000; ++container) {
    auto made = std::make_shared<sensor::Container>(*scene.container);
    made->cgroup_id = 10'000 + container;
    scene.resolver.set(made->cgroup_id, made);
    scene.feed(scene.exec(5'000, Scene::kShim, "/bin/app", {"app"}).cgroup(made->cgroup_id));
    for (std::uint32_t i = 0; i < 1'000; ++i) {
      const std::uint32_t pid = 10'000 + (container * 1'000 + i) % 4'000'000;
      scene.feed(
          scene.exec(pid, 5'000, "/bin/cat", {"cat", "/etc/hosts"}).text(YGR_S_ENV, environment));
      scene.feed(scene.open(pid, "/etc/hosts", O_RDONLY));
      scene.feed(RecordMaker(YGR_EXIT, "procexit", pid).time(scene.time_ns));
    }
    scene.feed(RecordMaker(YGR_EXIT, "procexit", 5'000).time(scene.time_ns));
    scene.resolver.set(made->cgroup_id, nullptr);
  }
  print_figure("resident after 1,000,000 processes of 1,000 containers", "MiB",
               resident_mebibytes());
  print_figure("of it before them", "MiB", before);
  print_figure("processes that are still known", "count",
               static_cast<double>(scene.pipeline.processes().objects()));
}

int run() {
  const auto rules = sensor::testing::published_rules();
  if (rules == nullptr) {
    std::puts("skipped: no corpora");
    return 0;
  }
  judge(rules);
  write(rules);
  remember(rules);
  return 0;
}

}  // namespace
}  // namespace yagura::bench

int main() { return yagura::bench::run(); }
