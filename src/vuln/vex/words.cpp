// Statuses, justifications and reasons in the words of each format.

#include <array>
#include <utility>

#include "image/model/purl.hpp"
#include "vuln/vex/internal/formats.hpp"

namespace yagura::vuln {

std::string_view to_string(VexStatus status) {
  switch (status) {
    case VexStatus::kNotAffected:
      return "not_affected";
    case VexStatus::kAffected:
      return "affected";
    case VexStatus::kFixed:
      return "fixed";
    case VexStatus::kUnderInvestigation:
      return "under_investigation";
  }
  return "under_investigation";
}

namespace vex {
namespace {

using Words = std::pair<std::string_view, std::string_view>;

// CycloneDX to OpenVEX.
constexpr std::array<Words, 9> kJustifications{{
    {"code_not_present", "vulnerable_code_not_present"},
    {"code_not_reachable", "vulnerable_code_not_in_execute_path"},
    {"requires_configuration", "vulnerable_code_cannot_be_controlled_by_adversary"},
    {"requires_dependency", "component_not_present"},
    {"requires_environment", "vulnerable_code_cannot_be_controlled_by_adversary"},
    {"protected_by_mitigating_control", "inline_mitigations_already_exist"},
    {"protected_by_compiler", "inline_mitigations_already_exist"},
    {"protected_at_runtime", "inline_mitigations_already_exist"},
    {"protected_at_perimeter", "inline_mitigations_already_exist"},
}};

}  // namespace

std::optional<VexStatus> status_of(std::string_view word) {
  for (const VexStatus status : {VexStatus::kNotAffected, VexStatus::kAffected, VexStatus::kFixed,
                                 VexStatus::kUnderInvestigation}) {
    if (word == to_string(status)) return status;
  }
  return std::nullopt;
}

std::string_view justification_of_cyclonedx(std::string_view word) {
  for (const auto& [theirs, ours] : kJustifications) {
    if (theirs == word) return ours;
  }
  return {};
}

std::string_view justification_for_cyclonedx(std::string_view word) {
  for (const auto& [theirs, ours] : kJustifications) {
    if (ours == word) return theirs;
  }
  return {};
}

Result<void> add_statement(VexDocument& document, VexStatement statement, const VexLimits& limits) {
  if (document.statements.size() >= limits.max_statements) {
    return fail(ErrorCode::kLimitExceeded,
                "more than " + std::to_string(limits.max_statements) + " statements");
  }
  document.statements.push_back(std::move(statement));
  return {};
}

void add_id(VexProduct& product, std::string_view id) {
  if (id.empty()) return;
  if (image::parse_purl(id)) {
    product.purls.emplace_back(id);
  } else if (id.starts_with("sha256:")) {
    product.digests.emplace_back(id);
  } else if (product.name.empty()) {
    product.name = id;
  }
}

std::string reason_of(const VexStatement& statement, std::string_view source) {
  std::string out(to_string(statement.status));
  if (!statement.justification.empty()) out += ": " + statement.justification;
  out += " (";
  if (!statement.explanation.empty()) out += statement.explanation + "; ";
  out += source;
  out += ')';
  return out;
}

Judged judged_of(const Finding& finding) {
  Judged out;
  if (finding.suppression.kind != Suppression::Kind::kVex) {
    out.explanation = finding.suppression.reason;
    if (out.explanation.empty() && !finding.fixed_version.empty()) {
      out.explanation = "fixed in " + finding.fixed_version;
    }
    return out;
  }
  std::string_view reason = finding.suppression.reason;
  const auto end = reason.find_first_of(": ");
  out.status = status_of(reason.substr(0, end)).value_or(VexStatus::kNotAffected);
  if (end != std::string_view::npos && reason[end] == ':') {
    reason.remove_prefix(end + 1);
    if (reason.starts_with(' ')) reason.remove_prefix(1);
    out.justification = reason.substr(0, reason.find(' '));
  }
  out.explanation = finding.suppression.reason;
  return out;
}

}  // namespace vex
}  // namespace yagura::vuln
