#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "image/source/image_source.hpp"
#include "supply/attestation/statement.hpp"
#include "supply/policy/image_policy.hpp"

namespace yagura::supply {

// One thing about where an image comes from, and what came of looking at it.
struct ProvenanceCheck {
  enum class Outcome : std::uint8_t { kVerified, kFailed, kNotChecked };
  std::string id;  // "trusted-registry", "pinned", "signature", "attestation"
  Outcome outcome = Outcome::kNotChecked;
  std::string title;
  std::string detail;
};

struct ProvenanceReport {
  std::vector<ProvenanceCheck> checks;
  std::vector<Statement> statements;  // of attestations whose signature was verified
};

// Judges an image by policies: its registry, whether it is pinned, who signed it, what is attested.
// Signatures are looked for by cosign's tags and among referrers, of the manifest and of the
// indexes that it was chosen through; what is found but not asked for is reported as not checked.
// An image that no rule matches is said to be so. Fetches through the source alone.
[[nodiscard]] ProvenanceReport check_provenance(const image::ImageSource& source,
                                                const std::vector<ImagePolicy>& policies,
                                                std::int64_t now);

}  // namespace yagura::supply
