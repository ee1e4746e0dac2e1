// How long one comparison of two versions takes in each order: every pair of neighbours and every
// pair far apart in a list as the ecosystem has them.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "figure.hpp"
#include "vuln/version/scheme.hpp"

namespace {

using yagura::vuln::compare;
using yagura::vuln::Scheme;

struct Sample {
  const char* name;
  Scheme scheme;
  std::vector<std::string_view> versions;
};

const std::array<Sample, 9>& samples() {
  static const std::array<Sample, 9> kSamples{{
      {"debian",
       Scheme::kDebian,
       {"3.0.11-1~deb12u2", "3.0.11-1~deb12u1", "1:2.39.2-1.1", "2.36-9+deb12u4", "5.2.15-2+b2",
        "1:9.18.24-1", "2.7.4+reloaded2-13ubuntu1", "3.0.9-1"}},
      {"rpm",
       Scheme::kRpm,
       {"1:3.0.7-24.el9", "1:3.0.7-25.el9_3", "2.34-83.el9_3.12", "5.14.0-362.el9",
        "5.14.0-362.24.1.el9_3", "2.35.2-42.el9", "7.76.1-26.el9_3.3", "3.9.18-1.el9"}},
      {"apk",
       Scheme::kApk,
       {"3.1.4-r5", "3.1.4-r6", "1.36.1-r15", "1.2.4-r2", "8.5.0-r0", "2.39_git20240102-r0",
        "1.0.0_rc1-r2", "9.6_p1-r0"}},
      {"semver",
       Scheme::kNpm,
       {"4.17.21", "4.17.20", "1.0.0-rc.1", "1.0.0-rc.2", "18.2.0", "5.0.0-beta.11+sha.1", "0.0.1",
        "10.1.3"}},
      {"go",
       Scheme::kGo,
       {"v0.17.0", "v0.0.0-20220314234659-1baeb1ce4c0b", "v1.2.3", "v2.0.0+incompatible", "v0.18.0",
        "v0.0.0-20210921155107-089bfa567519", "1.21.0-rc.2", "v1.28.4"}},
      {"pypi",
       Scheme::kPypi,
       {"2.31.0", "2.31.0.post1", "4.2rc1", "4.2", "2023.7.22", "1.0.dev3", "1!2.0", "3.2.1"}},
      {"maven",
       Scheme::kMaven,
       {"2.17.1", "2.17.0", "5.3.27", "2.14.2-SNAPSHOT", "31.1-jre", "4.1.100.Final", "9.0.0.M1",
        "1.0-alpha-2"}},
      {"rubygems",
       Scheme::kRubygems,
       {"7.0.4.3", "7.0.4", "1.13.10", "2.0.0.rc1", "3.2.1", "1.0.0.pre", "6.1", "0.9.12"}},
      {"packagist",
       Scheme::kPackagist,
       {"6.3.1", "6.3.0", "5.4.0-RC1", "v2.1.0", "1.0.0-beta2", "4.4.50", "2.0.0-alpha1", "7.0"}},
  }};
  return kSamples;
}

// Nanoseconds a comparison, the best of a few rounds.
double measure(const Sample& sample) {
  constexpr int kRounds = 7;
  constexpr int kRepeats = 20'000;
  double best = 1e18;
  long balance = 0;
  for (int round = 0; round < kRounds; ++round) {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < kRepeats; ++i) {
      for (const std::string_view a : sample.versions) {
        for (const std::string_view b : sample.versions) {
          balance += compare(sample.scheme, a, b) < 0 ? 1 : -1;
        }
      }
    }
    const std::chrono::duration<double, std::nano> taken = std::chrono::steady_clock::now() - start;
    const auto pairs = static_cast<double>(sample.versions.size() * sample.versions.size());
    best = std::min(best, taken.count() / (kRepeats * pairs));
  }
  // Of n versions that differ, n(n-1)/2 pairs are "<" and n(n+1)/2 aren't.
  const auto n = static_cast<long>(sample.versions.size());
  return balance == -n * kRounds * kRepeats ? best : -1;
}

}  // namespace

int main() {
  for (const Sample& sample : samples()) {
    const double nanoseconds = measure(sample);
    if (nanoseconds < 0) return 1;
    yagura::bench::print_figure(std::string("version_compare_") + sample.name, "ns", nanoseconds);
  }
  return 0;
}
