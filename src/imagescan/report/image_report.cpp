#include "imagescan/report/image_report.hpp"

#include <numeric>

#include "model/severity.hpp"

namespace yagura::imagescan {

std::uint64_t SeverityCounts::total() const {
  return std::accumulate(std::begin(by_severity), std::end(by_severity), std::uint64_t{0});
}

std::string SeverityCounts::text() const {
  std::string out;
  for (std::size_t i = std::size(by_severity); i-- > 0;) {
    if (by_severity[i] == 0) continue;
    if (!out.empty()) out += ", ";
    out += std::to_string(by_severity[i]) + " ";
    out += model::to_string(static_cast<model::Severity>(i));
  }
  return out.empty() ? "none" : out;
}

namespace {

void add(SeverityCounts& counts, model::Severity severity) {
  ++counts.by_severity[static_cast<std::size_t>(severity)];
}

}  // namespace

SeverityCounts count_vulnerabilities(const ImageReport& report) {
  SeverityCounts counts;
  for (const vuln::Finding& finding : report.vulnerabilities) {
    if (finding.counts()) add(counts, finding.vulnerability->severity);
  }
  return counts;
}

SeverityCounts count_secrets(const ImageReport& report) {
  SeverityCounts counts;
  for (const LocatedSecret& secret : report.secrets) add(counts, secret.secret.severity);
  return counts;
}

SeverityCounts count_suspicions(const ImageReport& report) {
  SeverityCounts counts;
  for (const LocatedSuspicion& item : report.suspicions) add(counts, item.suspicion.severity);
  return counts;
}

SeverityCounts count_configuration(const ImageReport& report) {
  SeverityCounts counts;
  for (const model::Finding& finding : report.configuration) {
    if (finding.status == model::Status::kFail) add(counts, finding.severity);
  }
  return counts;
}

std::string origin_text(LocatedSecret::Origin origin) {
  switch (origin) {
    case LocatedSecret::Origin::kFile:
      return "file";
    case LocatedSecret::Origin::kEnvironment:
      return "environment variable";
    case LocatedSecret::Origin::kHistory:
      return "history";
    case LocatedSecret::Origin::kLabel:
      return "label";
    case LocatedSecret::Origin::kConfiguration:
      return "configuration";
  }
  return "file";
}

}  // namespace yagura::imagescan
