#include "vuln/match/severity.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "vuln/match/cvss.hpp"

namespace yagura::vuln {

std::optional<model::Severity> severity_of_word(std::string_view word) {
  using model::Severity;
  static constexpr std::pair<std::string_view, Severity> kWords[] = {
      {"critical", Severity::kCritical}, {"high", Severity::kHigh},
      {"important", Severity::kHigh},    {"medium", Severity::kMedium},
      {"moderate", Severity::kMedium},   {"low", Severity::kLow},
      {"minor", Severity::kLow},         {"negligible", Severity::kInfo},
      {"unimportant", Severity::kInfo},  {"none", Severity::kInfo},
  };
  std::string low(word);
  std::ranges::transform(low, low.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  for (const auto& [known, severity] : kWords) {
    if (known == low) return severity;
  }
  return std::nullopt;
}

std::optional<model::Severity> severity_of_ratings(std::span<const Rating> ratings) {
  for (const Rating& rating : ratings) {
    if (rating.word.empty()) continue;
    if (const auto severity = severity_of_word(rating.word)) return severity;
  }
  for (const std::string_view version : {"CVSS:4", "CVSS:3.1", "CVSS:3.0", ""}) {
    for (const Rating& rating : ratings) {
      if (rating.vector.empty() || !rating.vector.starts_with(version)) continue;
      if (const auto score = cvss_score(rating.vector)) return severity_of_score(*score);
    }
  }
  return std::nullopt;
}

}  // namespace yagura::vuln
