#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "supply/signature/bundle.hpp"
#include "supply/signature/trust_root.hpp"

namespace yagura::supply {

// Who may sign without a key of their own: what the certificate has to say. Patterns are RE2, and
// must match all of the text.
struct SignerIdentity {
  std::string issuer;
  std::string issuer_pattern;   // instead of `issuer`
  std::string subject;          // e-mail address, or the workflow's URI
  std::string subject_pattern;  // instead of `subject`
};

struct SignerRequirements {
  std::vector<PublicKey> keys;             // any of them
  std::vector<SignerIdentity> identities;  // or any of these
  TrustRoot trust;
  // Of signatures with a certificate, a log or a time authority has to vouch for the time of
  // signing wherever `trust` names one: such certificates live for minutes. Where it names none,
  // the certificate must be valid at `now`. Of keys a log is asked for only where this is set.
  bool require_log = false;
  std::int64_t now = 0;  // seconds since 1970
};

// What was looked at, as sentences for a person.
struct SignatureVerdict {
  std::string signer;                // "key ECDSA P-256 0123…", "ci@example.org (https://issuer)"
  std::vector<std::string> checked;  // "the log's promise"
  std::vector<std::string>
      unchecked;          // "certificate transparency: the certificate carries no timestamp"
  std::int64_t time = 0;  // that a log or authority vouches for; 0: none
};

// All of it: the payload names `digest`, a signature is right, by a key or an identity that is
// asked for, the certificate's chain was good at a time that somebody trusted vouches for, and log
// entries speak of this signature. The error is the first thing that is wrong.
[[nodiscard]] Result<SignatureVerdict> verify_signature(const Bundle& bundle,
                                                        std::string_view digest,
                                                        const SignerRequirements& requirements);

}  // namespace yagura::supply
