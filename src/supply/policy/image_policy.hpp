#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostics.hpp"
#include "kube/document.hpp"
#include "supply/signature/verify.hpp"

namespace yagura::supply {

// What an attestation of some type has to say. Empty patterns ask for nothing; others are globs, in
// which "*" stands for anything.
struct AttestationRule {
  std::string predicate_type;  // a glob as well: "https://slsa.dev/provenance/*"
  std::string builder;
  std::string source;
};

// What is asked of the images that `match` names.
struct ImageRule {
  std::vector<std::string> match;  // globs of "registry/repository", without tag and digest
  SignerRequirements signers;
  bool must_be_signed = false;  // signers were named
  std::vector<AttestationRule> attestations;
};

// docs/image-provenance.md.
struct ImagePolicy {
  std::string name;
  std::vector<std::string> trusted_registries;  // globs; empty: all
  bool require_digest = false;                  // references must be pinned
  std::vector<ImageRule> rules;                 // the first that matches counts
};

// Reads `kind: ImagePolicy` of yagura.dev/v1alpha1. Files that it names (keys, trust roots) are
// read relative to the policy's own. Whatever is wrong is a diagnostic with its line; a policy with
// errors must not be used.
[[nodiscard]] std::vector<ImagePolicy> read_image_policies(const std::filesystem::path& file,
                                                           Diagnostics& diagnostics);

// "*" anything, "?" one character; linear in the text for each star.
[[nodiscard]] bool glob_matches(std::string_view glob, std::string_view text);

}  // namespace yagura::supply
