#include "vuln/match/cvss.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "vuln/match/cvss4.hpp"
#include "vuln/match/cvss_metrics.hpp"

namespace yagura::vuln {

namespace cvss {

namespace {

bool has_word(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const auto end = std::min(words.find(' '), words.size());
    if (words.substr(0, end) == word) return true;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

}  // namespace

bool take_apart(std::string_view vector, std::span<const Metric> metrics, Values& values) {
  values.fill({});
  while (!vector.empty()) {
    const auto end = std::min(vector.find('/'), vector.size());
    const std::string_view part = vector.substr(0, end);
    vector.remove_prefix(std::min(end + 1, vector.size()));
    const auto colon = part.find(':');
    if (colon == std::string_view::npos) return false;
    const auto metric = std::ranges::find(metrics, part.substr(0, colon), &Metric::name);
    if (metric == metrics.end() || !has_word(metric->values, part.substr(colon + 1))) return false;
    std::string_view& value = values[static_cast<std::size_t>(metric - metrics.begin())];
    if (!value.empty()) return false;
    value = part.substr(colon + 1);
  }
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    if (metrics[i].required && values[i].empty()) return false;
  }
  return true;
}

namespace {

// CVSS 2.0, "A Complete Guide", section 3.2.1.
constexpr Metric kMetrics2[] = {
    {"AV", "L A N"},
    {"AC", "H M L"},
    {"Au", "M S N"},
    {"C", "N P C"},
    {"I", "N P C"},
    {"A", "N P C"},
    {"E", "U POC F H ND", false},
    {"RL", "OF TF W U ND", false},
    {"RC", "UC UR C ND", false},
    {"CDP", "N L LM MH H ND", false},
    {"TD", "N L M H ND", false},
    {"CR", "L M H ND", false},
    {"IR", "L M H ND", false},
    {"AR", "L M H ND", false},
};

double choose(std::string_view value, std::string_view letters, const double* numbers) {
  const auto at = letters.find(value);
  return at == std::string_view::npos ? 0 : numbers[at];
}

std::optional<double> score2(std::string_view vector) {
  Values values;
  if (!take_apart(vector, kMetrics2, values)) return std::nullopt;
  constexpr double kVector[] = {0.395, 0.646, 1.0};
  constexpr double kComplexity[] = {0.35, 0.61, 0.71};
  constexpr double kAuthentication[] = {0.45, 0.56, 0.704};
  constexpr double kImpact[] = {0.0, 0.275, 0.660};
  const auto impact_of = [&](std::string_view value) { return choose(value, "NPC", kImpact); };
  const double impact = 10.41 * (1 - (1 - impact_of(values[3])) * (1 - impact_of(values[4])) *
                                         (1 - impact_of(values[5])));
  const double exploitability = 20 * choose(values[0], "LAN", kVector) *
                                choose(values[1], "HML", kComplexity) *
                                choose(values[2], "MSN", kAuthentication);
  const double factor = impact == 0 ? 0 : 1.176;
  const double score = (0.6 * impact + 0.4 * exploitability - 1.5) * factor;
  return std::max(0.0, std::round(score * 10) / 10);
}

// CVSS 3.1, section 7.1; the metrics of 3.0 are the same.
constexpr Metric kMetrics3[] = {
    {"AV", "N A L P"},
    {"AC", "L H"},
    {"PR", "N L H"},
    {"UI", "N R"},
    {"S", "U C"},
    {"C", "H L N"},
    {"I", "H L N"},
    {"A", "H L N"},
    {"E", "X H F P U", false},
    {"RL", "X U W T O", false},
    {"RC", "X C R U", false},
    {"CR", "X H M L", false},
    {"IR", "X H M L", false},
    {"AR", "X H M L", false},
    {"MAV", "X N A L P", false},
    {"MAC", "X L H", false},
    {"MPR", "X N L H", false},
    {"MUI", "X N R", false},
    {"MS", "X U C", false},
    {"MC", "X H L N", false},
    {"MI", "X H L N", false},
    {"MA", "X H L N", false},
};

// 3.1 rounds up what is larger by a hundred-thousandth (Appendix A); 3.0 whatever is larger.
double round_up(double value, bool is_31) {
  if (!is_31) return std::ceil(value * 10) / 10;
  const auto whole = static_cast<std::int64_t>(std::llround(value * 100'000));
  if (whole % 10'000 == 0) return static_cast<double>(whole) / 100'000;
  return static_cast<double>(whole / 10'000 + 1) / 10;
}

std::optional<double> score3(std::string_view vector, bool is_31) {
  Values values;
  if (!take_apart(vector, kMetrics3, values)) return std::nullopt;
  constexpr double kVector[] = {0.85, 0.62, 0.55, 0.2};
  constexpr double kComplexity[] = {0.77, 0.44};
  constexpr double kPrivileges[] = {0.85, 0.62, 0.27};
  constexpr double kPrivilegesChanged[] = {0.85, 0.68, 0.5};
  constexpr double kInteraction[] = {0.85, 0.62};
  constexpr double kImpact[] = {0.56, 0.22, 0.0};
  const bool changed = values[4] == "C";
  const auto impact_of = [&](std::string_view value) { return choose(value, "HLN", kImpact); };
  const double base =
      1 - (1 - impact_of(values[5])) * (1 - impact_of(values[6])) * (1 - impact_of(values[7]));
  const double impact =
      changed ? 7.52 * (base - 0.029) - 3.25 * std::pow(base - 0.02, 15) : 6.42 * base;
  if (impact <= 0) return 0.0;
  const double exploitability =
      8.22 * choose(values[0], "NALP", kVector) * choose(values[1], "LH", kComplexity) *
      choose(values[2], "NLH", changed ? kPrivilegesChanged : kPrivileges) *
      choose(values[3], "NR", kInteraction);
  const double sum = changed ? 1.08 * (impact + exploitability) : impact + exploitability;
  return round_up(std::min(sum, 10.0), is_31);
}

}  // namespace

}  // namespace cvss

std::optional<double> cvss_score(std::string_view vector) {
  if (vector.starts_with("CVSS:4.0/")) return cvss::score4(vector.substr(9));
  if (vector.starts_with("CVSS:3.1/")) return cvss::score3(vector.substr(9), true);
  if (vector.starts_with("CVSS:3.0/")) return cvss::score3(vector.substr(9), false);
  if (vector.starts_with("CVSS:2.0/")) vector.remove_prefix(9);
  if (vector.starts_with('(') && vector.ends_with(')'))
    vector = vector.substr(1, vector.size() - 2);
  return cvss::score2(vector);
}

model::Severity severity_of_score(double score) {
  if (score >= 9.0) return model::Severity::kCritical;
  if (score >= 7.0) return model::Severity::kHigh;
  if (score >= 4.0) return model::Severity::kMedium;
  return score > 0 ? model::Severity::kLow : model::Severity::kInfo;
}

}  // namespace yagura::vuln
