// What a request costs in the engine, all five phases on one thread, beside libmodsecurity under
// the same rules and settings: CRS at paranoia level 1, blocking. Then the cost per value as their
// number grows, the time to load, and the memory that a worker holds.
//
// Each measurement runs in a process of its own, so that none inherits the other's memory.

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <vector>

#include "figure.hpp"
#include "waf/engine/transaction.hpp"
#include "waf/inputs.hpp"
#include "waf/load/load.hpp"
#include "wafcheck/exchange.hpp"
#ifdef YAGURA_HAVE_MODSECURITY
#include "waf/peer.hpp"
#endif

namespace {

using namespace yagura;
using namespace yagura::bench;
using Clock = std::chrono::steady_clock;
namespace fs = std::filesystem;

constexpr std::chrono::seconds kPerFigure{2};
constexpr std::size_t kLeastRuns = 5;
constexpr std::size_t kMostRuns = 5000;
constexpr int kReloads = 100;

double microseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

// The median over as many runs as fit into kPerFigure, after some to warm up.
double p50(const std::function<void()>& run) {
  std::vector<double> times;
  const auto end = Clock::now() + kPerFigure;
  for (int i = 0; i < 3; ++i) run();
  while (times.size() < kLeastRuns || (times.size() < kMostRuns && Clock::now() < end)) {
    const auto start = Clock::now();
    run();
    times.push_back(microseconds_since(start));
  }
  std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2),
                   times.end());
  return times[times.size() / 2];
}

void in_a_process_of_its_own(const std::function<void()>& measure) {
  std::fflush(stdout);
  const pid_t child = ::fork();
  if (child == 0) {
    measure();
    std::fflush(stdout);
    std::_Exit(0);
  }
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child || status != 0) {
    std::fprintf(stderr, "a measurement failed\n");
    std::exit(1);
  }
}

// A value measured in another process.
double measured_apart(const std::function<double()>& measure) {
  int ends[2];
  if (::pipe(ends) != 0) return 0;
  in_a_process_of_its_own([&] {
    const double value = measure();
    if (::write(ends[1], &value, sizeof(value)) != sizeof(value)) std::_Exit(1);
  });
  double value = 0;
  if (::read(ends[0], &value, sizeof(value)) != sizeof(value)) value = 0;
  ::close(ends[0]);
  ::close(ends[1]);
  return value;
}

double resident_megabytes() {
  std::ifstream statm("/proc/self/statm");
  long pages = 0;
  long resident = 0;
  statm >> pages >> resident;
  return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE)) / 1e6;
}

// More arguments than the recommended limit, so that many can be measured.
constexpr const char* kManyArguments =
    "SecArgumentsLimit 100000\nSecRequestBodyNoFilesLimit 13107200\n"
    "SecRuleRemoveById 200007\n";

std::shared_ptr<const waf::RuleSet> load(const fs::path& cache, const char* directives = "") {
  Diagnostics diagnostics;
  auto rules = waf::load_rules(
      {.path = bench_rules(), .directives = directives, .cache_folder = cache}, diagnostics);
  if (rules != nullptr) return rules;
  for (const Diagnostic& item : diagnostics.list()) {
    std::fprintf(stderr, "%s\n", to_string(item).c_str());
  }
  std::exit(1);
}

const wafcheck::BackendResponse& bench_response() {
  static const wafcheck::BackendResponse response{
      .status = 200,
      .headers = {{"Content-Type", "text/html"}, {"Content-Length", "0"}},
      .body = {}};
  return response;
}

// Without a budget of time, which would cut what is measured.
void inspect(const std::shared_ptr<const waf::RuleSet>& rules, const wafcheck::HttpRequest& request,
             const std::vector<wafcheck::ServedField>& fields) {
  static const waf::EngineServices services;
  waf::Transaction transaction(rules, services, {.time_budget = std::chrono::microseconds(0)});
  transaction.set_connection("127.0.0.1", 50'000, "127.0.0.1", 80);
  wafcheck::exchange(transaction, request, fields, bench_response());
}

double our_time(const std::shared_ptr<const waf::RuleSet>& rules, const std::string& text) {
  const auto request = wafcheck::read_http_request(text);
  if (!request) return 0;
  const auto fields = wafcheck::served_fields(*request);
  return p50([&] { inspect(rules, *request, fields); });
}

#ifdef YAGURA_HAVE_MODSECURITY
constexpr const char* kPeerName = "libmodsecurity";

std::string peer_directives() { return std::string(waf::base_directives()); }

double peer_time(Peer3& peer, const std::string& text) {
  const auto request = wafcheck::read_http_request(text);
  return request ? p50([&] { peer.inspect(*request); }) : 0;
}
#endif

void measure_requests(const fs::path& cache) {
  const auto rules = load(cache);
#ifdef YAGURA_HAVE_MODSECURITY
  const auto peer = Peer3::load(bench_rules(), peer_directives());
#endif
  for (const BenchRequest& request : bench_requests()) {
    Peer figure;
#ifdef YAGURA_HAVE_MODSECURITY
    if (peer != nullptr) figure = {kPeerName, peer_time(*peer, request.text)};
#endif
    print_figure("waf/" + request.name + ", p50", "us", our_time(rules, request.text), figure);
  }
}

void measure_values(const fs::path& cache) {
  const auto rules = load(cache, kManyArguments);
#ifdef YAGURA_HAVE_MODSECURITY
  const auto peer = Peer3::load(bench_rules(), peer_directives(), kManyArguments);
#endif
  for (const std::size_t count : {10U, 100U, 1'000U, 10'000U}) {
    const std::string text = form_of(count);
    const auto per_value = [&](double time) { return time / static_cast<double>(count); };
    Peer figure;
#ifdef YAGURA_HAVE_MODSECURITY
    if (peer != nullptr && count <= 1'000) figure = {kPeerName, per_value(peer_time(*peer, text))};
#endif
    print_figure(fmt::format("waf/form of {} arguments, each", count), "us",
                 per_value(our_time(rules, text)), figure);
  }
}

double seconds_to_load(const fs::path& cache) {
  const auto start = Clock::now();
  const auto rules = load(cache);
  return microseconds_since(start) / 1e6;
}

void measure_loading(const fs::path& cache) {
  Peer figure;
#ifdef YAGURA_HAVE_MODSECURITY
  figure = {kPeerName, measured_apart([] {
              const auto start = Clock::now();
              const auto peer = Peer3::load(bench_rules(), peer_directives());
              return microseconds_since(start) / 1e6;
            })};
#endif
  print_figure("waf/load, nothing kept", "s",
               measured_apart([&] { return seconds_to_load(cache); }), figure);
  print_figure("waf/load, databases kept", "s",
               measured_apart([&] { return seconds_to_load(cache); }), figure);
}

// What a worker holds after its first requests, and after it was given new rules many times.
void measure_memory(const fs::path& cache) {
  const double before = resident_megabytes();
  auto rules = load(cache);
  const auto work = [&] {
    for (const BenchRequest& text : bench_requests()) {
      const auto request = wafcheck::read_http_request(text.text);
      if (request) inspect(rules, *request, wafcheck::served_fields(*request));
    }
  };
  work();
  print_figure("waf/memory of a worker", "MB", resident_megabytes() - before);
  rules = load(cache);
  work();
  const double once = resident_megabytes() - before;
  for (int i = 1; i < kReloads; ++i) {
    rules = load(cache);
    work();
  }
  const double many = resident_megabytes() - before;
  print_figure("waf/memory after 1 reload", "MB", once);
  print_figure(fmt::format("waf/memory after {} reloads", kReloads), "MB", many);
}

}  // namespace

int main() {
  if (bench_requests().empty()) {
    std::fprintf(stderr, "no requests to measure\n");
    return 1;
  }
  std::string pattern = (fs::temp_directory_path() / "yagura-bench-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) return 1;
  const fs::path cache = pattern;
  measure_loading(cache);  // fills the cache for the others
  in_a_process_of_its_own([&] { measure_requests(cache); });
  in_a_process_of_its_own([&] { measure_values(cache); });
  in_a_process_of_its_own([&] { measure_memory(cache); });
  fs::remove_all(cache);
  return 0;
}
