// How fast 200,000 findings are written in each format, into a sink that only counts: what a scan
// of a very large repository costs at its end. There is no peer to run beside it: other scanners do
// not write without scanning.

#include <algorithm>
#include <array>
#include <chrono>
#include <string>

#include "figure.hpp"
#include "report/testing/sample.hpp"

namespace {

using namespace yagura;

constexpr std::size_t kFindings = 200'000;
constexpr int kRounds = 3;

struct Measured {
  double seconds = 0;
  double megabytes = 0;
};

Measured measure(const report::Report& report, report::Format format, bool in_pieces) {
  Measured best{.seconds = 1e9};
  for (int round = 0; round < kRounds; ++round) {
    const auto start = std::chrono::steady_clock::now();
    std::size_t bytes = 0;
    if (in_pieces) {
      const auto counted =
          report::write(report, format, {}, [&bytes](std::string_view piece) -> Result<void> {
            bytes += piece.size();
            return {};
          });
      if (!counted) return {};
    } else {
      bytes = report::write(report, format).size();
    }
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    best.seconds = std::min(best.seconds, taken.count());
    best.megabytes = static_cast<double>(bytes) / 1e6;
  }
  return best;
}

}  // namespace

int main() {
  const report::Report report = report::testing::large_report(kFindings);
  for (const char* name :
       {"table", "json", "sarif", "junit", "policy-report", "ocsf", "markdown", "html"}) {
    const Measured measured = measure(report, *report::format_from_string(name), true);
    bench::print_figure("report/" + std::string(name) + ", 200,000 findings", "s",
                        measured.seconds);
    bench::print_figure("report/" + std::string(name) + ", size", "MB", measured.megabytes);
  }
  const Measured whole = measure(report, report::Format::kJson, false);
  bench::print_figure("report/json into one string", "s", whole.seconds);
  return 0;
}
