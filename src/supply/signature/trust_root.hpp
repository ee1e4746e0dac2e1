#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "supply/certificate/certificate.hpp"
#include "supply/transparency/log_entry.hpp"

namespace yagura::supply {

// An authority's certificates, and when it was in use (seconds since 1970; 0: no bound).
struct Authority {
  std::vector<Certificate> chain;
  std::int64_t from = 0;
  std::int64_t to = 0;
};

// Whom the operator trusts. Nothing of it is built in or fetched.
struct TrustRoot {
  std::vector<Authority> signers;     // Fulcio, or an authority of one's own
  std::vector<Authority> timestamps;  // RFC 3161
  std::vector<LogKey> logs;           // Rekor
  std::vector<LogKey> certificate_logs;
};

// "trusted_root.json" (application/vnd.dev.sigstore.trustedroot+json, 0.1 and 0.2), as Sigstore
// publishes it by TUF and `cosign trusted-root create` writes it.
[[nodiscard]] Result<TrustRoot> read_trust_root(std::string_view json);

}  // namespace yagura::supply
