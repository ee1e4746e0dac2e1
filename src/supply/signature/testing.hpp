#pragma once

// For tests: an authority, a log and a signer of one's own, with real keys made on the spot.

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "supply/signature/verify.hpp"

namespace yagura::supply::testing {

struct Key {
  Key();  // ECDSA P-256
  [[nodiscard]] std::string sign(std::string_view message) const;
  [[nodiscard]] PublicKey public_key() const;
  std::shared_ptr<EVP_PKEY> key;
};

struct CertificateRequest {
  std::string common_name;
  std::string subject_uri;  // of a leaf; empty: an authority
  std::string issuer;       // Fulcio's extension; may be empty
  std::int64_t from = 0;
  std::int64_t to = 0;
  bool for_code = true;
};

// DER, signed by `signer` (whose certificate is `parent`; empty: self-signed).
[[nodiscard]] std::string make_certificate(const Key& of, const CertificateRequest& request,
                                           const Key& signer, std::string_view parent);

[[nodiscard]] std::string pem_of(std::string_view certificate_der);

// A log with some leaves, in which the entry is the fourth.
class Log {
 public:
  [[nodiscard]] LogEntry record(std::string body, std::int64_t time) const;
  [[nodiscard]] LogKey key() const {
    return {.key = key_.public_key(), .id = key_.public_key().fingerprint()};
  }

 private:
  Key key_;
};

// Entries as Rekor writes them.
[[nodiscard]] std::string hashed_record(std::string_view signed_bytes, std::string_view signature,
                                        std::string_view pem);
[[nodiscard]] std::string dsse_record(std::string_view payload, std::string_view signature,
                                      std::string_view pem);

}  // namespace yagura::supply::testing
