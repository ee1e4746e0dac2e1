#pragma once

// Statements of others (and of the user) whether a vulnerability matters in a product: OpenVEX 0.2,
// CycloneDX VEX, CSAF 2.0. Read, laid on findings, and written.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "image/model/inventory.hpp"
#include "vuln/model/finding.hpp"

namespace yagura::vuln {

enum class VexStatus : std::uint8_t { kNotAffected, kAffected, kFixed, kUnderInvestigation };
// "not_affected", "affected", "fixed", "under_investigation".
[[nodiscard]] std::string_view to_string(VexStatus status);

// What a statement calls a product or a part of one.
struct VexProduct {
  std::vector<std::string> purls;
  std::vector<std::string> digests;  // "sha256:…"
  std::vector<std::string> cpes;     // of platforms alone; never used to guess packages
  std::string name;                  // an id that is no purl: perhaps an image reference
};

struct VexStatement {
  std::vector<std::string> vulnerabilities;  // the name and its aliases
  VexStatus status = VexStatus::kUnderInvestigation;
  std::string justification;  // OpenVEX's words, whichever the format: "component_not_present"
  std::string explanation;    // impact or action statement
  VexProduct product;
  // Parts of the product that it is about. Empty: the product as such, which may be a package or
  // the image with all that is in it.
  std::vector<VexProduct> parts;
  std::string timestamp;  // RFC 3339
};

struct VexDocument {
  std::string source;  // as the user named it
  std::string id;
  std::string author;
  std::string format;  // "OpenVEX", "CycloneDX VEX", "CSAF"
  std::vector<VexStatement> statements;
  std::vector<std::string> notes;  // what of it could not be used
};

struct VexLimits {
  std::uint32_t max_size = std::uint32_t{128} << 20;
  std::size_t max_statements = 1'000'000;  // products count each
  std::uint32_t max_depth = 64;
};

// JSON of one of the formats. kUnsupported for another, kInvalidInput for damage, kLimitExceeded.
[[nodiscard]] Result<VexDocument> read_vex(std::string_view text, std::string source,
                                           const VexLimits& limits = {});
[[nodiscard]] bool looks_like_vex(std::string_view text);

// Suppresses findings by the newest statement that speaks of them: not_affected and fixed do,
// affected and under_investigation take back what older ones said. Of statements of one instant the
// one given later counts. Where statements differ that is said, in the reason and in the notes
// returned. Findings that are suppressed already stay as they are.
std::vector<std::string> apply_vex(const image::Inventory& inventory,
                                   std::span<const VexDocument> documents,
                                   std::vector<Finding>& findings);

struct VexWriteOptions {
  std::string author = "Unknown Author";
  std::string timestamp;  // RFC 3339; empty: 1970, so that the same findings give the same bytes
  std::string tool_version;
};
// All findings as statements: suppressed by VEX with the status and justification that they have;
// others under investigation (that a version is in an affected range tells nothing of the product),
// with the fixed version or the ignore rule's reason as a note. Deterministic.
[[nodiscard]] std::string write_openvex(const image::Inventory& inventory,
                                        std::span<const Finding> findings,
                                        const VexWriteOptions& options = {});
[[nodiscard]] std::string write_cyclonedx_vex(const image::Inventory& inventory,
                                              std::span<const Finding> findings,
                                              const VexWriteOptions& options = {});

}  // namespace yagura::vuln
