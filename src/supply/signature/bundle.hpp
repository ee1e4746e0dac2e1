#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "supply/transparency/log_entry.hpp"

namespace yagura::supply {

// A signature with all that came with it, whatever form it had.
struct Bundle {
  enum class Form : unsigned char {
    kSimpleSigning,  // cosign's tag "sha256-….sig": a JSON payload that names the digest
    kEnvelope,       // DSSE around an in-toto statement
  };
  Form form = Form::kSimpleSigning;
  std::string payload;                     // what is signed (kEnvelope: inside the envelope)
  std::string payload_type;                // kEnvelope: "application/vnd.in-toto+json"
  std::vector<std::string> signatures;     // bytes; one of them has to be right
  std::string certificate;                 // DER or PEM; empty: signed by a key
  std::vector<std::string> intermediates;  // DER or PEM
  std::vector<LogEntry> entries;
  std::vector<std::string> timestamps;  // RFC 3161
  std::string where;                    // for messages: "tag sha256-….sig", "referrer sha256:…"

  // The bytes that were signed: the payload, or DSSE's pre-authentication encoding of it.
  [[nodiscard]] std::string signed_bytes() const;
};

// Sigstore's bundle (application/vnd.dev.sigstore.bundle, 0.1 to 0.3) with a DSSE envelope.
[[nodiscard]] Result<Bundle> parse_bundle(std::string_view json);

// A layer of cosign's signature manifest: its annotations and its blob.
[[nodiscard]] Result<Bundle> simple_signing(
    std::string payload, const std::vector<std::pair<std::string, std::string>>& annotations);

// A DSSE envelope alone, as cosign's attestation manifests (tag "sha256-….att") hold it.
[[nodiscard]] Result<Bundle> envelope(
    std::string_view json, const std::vector<std::pair<std::string, std::string>>& annotations);

// The digests ("sha256:…") that a payload speaks of: docker-manifest-digest, or the statement's
// subjects.
[[nodiscard]] Result<std::vector<std::string>> subjects_of(const Bundle& bundle);

}  // namespace yagura::supply
