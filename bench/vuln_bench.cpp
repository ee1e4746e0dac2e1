// The vulnerability index: building it from published databases, opening it, asking it, matching.
// Without the corpora there is nothing to measure.

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "figure.hpp"
#include "image/model/inventory.hpp"
#include "vuln/index/index.hpp"
#include "vuln/match/match.hpp"

namespace {

namespace fs = std::filesystem;
using namespace yagura::vuln;
using yagura::bench::print_figure;

// The best of several runs: what the machine can do.
double best_seconds(int runs, const std::function<void()>& run) {
  double best = 1e9;
  for (int i = 0; i < runs; ++i) {
    const auto start = std::chrono::steady_clock::now();
    run();
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    best = std::min(best, time.count());
  }
  return best;
}

struct Name {
  std::string ecosystem;
  std::string package;
  std::string fixed;
};

// Packages that the databases speak of, with a version that was fixed.
std::vector<Name> names_of(const fs::path& feed) {
  std::vector<Name> names;
  yagura::Diagnostics diagnostics;
  const FeedSink sink{
      .record =
          [&](Record&& record) {
            for (const Affected& affected : record.affected) {
              for (const Range& range : affected.ranges) {
                const Event& last = range.events.back();
                if (last.kind == Event::Kind::kFixed) {
                  names.push_back({affected.ecosystem, affected.package, last.version});
                }
              }
            }
          },
      .score = [](Score&&) {}};
  (void)load_feed(feed, {}, sink, diagnostics);
  std::ranges::stable_sort(names, {}, &Name::package);
  return names;
}

// 400 packages of Debian 11 and 100 of Python, each as it was before a fix.
yagura::image::Inventory inventory_of(const fs::path& osv) {
  using yagura::image::PackageType;
  yagura::image::Inventory inventory;
  inventory.distro = {.id = "debian", .version_id = "11"};
  const auto add = [&](const char* feed, std::string_view ecosystem, PackageType type,
                       std::size_t count) {
    std::string last;
    for (const Name& name : names_of(osv / feed / "all.zip")) {
      if (count == 0 || name.ecosystem != ecosystem || name.package == last) continue;
      last = name.package;
      --count;
      yagura::image::Component component;
      component.package.type = type;
      component.package.name = name.package;
      component.package.version = type == PackageType::kDeb ? name.fixed + "~" : "0.9";
      inventory.components.push_back(std::move(component));
    }
  };
  add("Debian", "Debian:11", PackageType::kDeb, 400);
  add("Debian", "Debian:10", PackageType::kDeb, 400 - inventory.components.size());
  add("PyPI", "PyPI", PackageType::kPypi, 500 - inventory.components.size());
  return inventory;
}

}  // namespace

int main() {
  const char* given = std::getenv("YAGURA_CORPORA");
  const fs::path osv =
      (given != nullptr ? fs::path(given)
                        : fs::path(YAGURA_SOURCE_DIR) / ".." / "shared" / "corpora") /
      "osv";
  if (!fs::exists(osv)) {
    std::fprintf(stderr, "skipped: no corpora\n");
    return 0;
  }
  std::vector<fs::path> feeds;
  for (const char* name : {"AlmaLinux", "Debian", "Go", "PyPI"}) {
    feeds.push_back(osv / name / "all.zip");
  }
  feeds.push_back(osv / "kev.json");
  const fs::path directory =
      fs::temp_directory_path() / ("yagura_vuln_bench_" + std::to_string(getpid()));
  yagura::Diagnostics diagnostics;
  print_figure("vuln_build", "s", best_seconds(3, [&] {
                 (void)build_index(feeds, directory, {.limits = {}, .created = "2026-01-01"},
                                   diagnostics);
               }));
  std::uint64_t size = 0;
  for (const auto& entry : fs::directory_iterator(directory)) size += entry.file_size();
  print_figure("vuln_size", "MB", static_cast<double>(size) / 1e6);
  print_figure("vuln_open", "ms", 1e3 * best_seconds(20, [&] { (void)Index::open(directory); }));

  const auto index = Index::open(directory);
  if (!index) return 1;
  const std::vector<Name> names = names_of(osv / "AlmaLinux" / "all.zip");
  std::size_t found = 0;
  const double asking = best_seconds(3, [&] {
    Statement statement;
    for (const Name& name : names) {
      Statements statements = index->find(name.ecosystem, name.package);
      found += statements.next(statement) ? 1 : 0;
    }
  });
  print_figure("vuln_lookups", "1/s", static_cast<double>(names.size()) / asking);

  const auto inventory = inventory_of(osv);
  std::size_t findings = 0;
  print_figure("vuln_match_500", "ms", 1e3 * best_seconds(10, [&] {
                                         findings = match(inventory, *index).findings.size();
                                       }));
  std::fprintf(stderr, "%zu look-ups found, %zu components, %zu findings\n", found,
               inventory.components.size(), findings);
  std::error_code ignored;
  fs::remove_all(directory, ignored);
  return findings == 0 ? 1 : 0;
}
