#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "kube/node.hpp"
#include "vuln/vex/vex.hpp"

namespace yagura::vuln::vex {

[[nodiscard]] Result<VexDocument> read_openvex(const kube::Node& root, const VexLimits& limits);
[[nodiscard]] Result<VexDocument> read_cyclonedx(const kube::Node& root, const VexLimits& limits);
[[nodiscard]] Result<VexDocument> read_csaf(const kube::Node& root, const VexLimits& limits);

[[nodiscard]] inline std::string text(const kube::Node& node, std::string_view key) {
  const kube::Node* const found = node.find(key);
  return found == nullptr ? std::string() : std::string(found->string_or());
}

[[nodiscard]] std::optional<VexStatus> status_of(std::string_view word);
// CycloneDX's justifications to OpenVEX's and back; what has no like stays empty.
[[nodiscard]] std::string_view justification_of_cyclonedx(std::string_view word);
[[nodiscard]] std::string_view justification_for_cyclonedx(std::string_view word);

[[nodiscard]] Result<void> add_statement(VexDocument& document, VexStatement statement,
                                         const VexLimits& limits);

// Sorts an id into purl, digest or name.
void add_id(VexProduct& product, std::string_view id);

// "not_affected: component_not_present (why; vex.json)", and its first two words again.
[[nodiscard]] std::string reason_of(const VexStatement& statement, std::string_view source);
struct Judged {
  VexStatus status = VexStatus::kUnderInvestigation;
  std::string justification;
  std::string explanation;
};
[[nodiscard]] Judged judged_of(const Finding& finding);

}  // namespace yagura::vuln::vex
