// The order follows cosign's and sigstore's client specification: signature, log, time, chain,
// identity. A failure at any step ends it with its reason.

#include "supply/signature/verify.hpp"

#include <re2/re2.h>

#include <algorithm>

#include "supply/encoding/base64.hpp"

namespace yagura::supply {
namespace {

std::unexpected<Error> refused(std::string why) {
  return fail(ErrorCode::kInvalidInput, std::move(why));
}

std::string shown(std::string text) {
  if (text.size() > 200) text.resize(200);
  return text;
}

bool matches(const std::string& text, const std::string& exact, const std::string& pattern) {
  if (!pattern.empty()) {
    const re2::RE2 compiled(pattern, re2::RE2::Quiet);
    return compiled.ok() && re2::RE2::FullMatch(text, compiled);
  }
  return !exact.empty() && text == exact;
}

class Verifier {
 public:
  Verifier(const Bundle& bundle, const SignerRequirements& requirements)
      : bundle_(bundle), need_(requirements), message_(bundle.signed_bytes()) {}

  Result<SignatureVerdict> verify(std::string_view digest) {
    YAGURA_TRY(const std::vector<std::string> subjects, subjects_of(bundle_));
    if (std::ranges::find(subjects, digest) == subjects.end())
      return refused("it is a signature of " + shown(subjects.front()) + ", not of this image");
    if (bundle_.certificate.empty()) {
      YAGURA_TRY_VOID(by_key());
    } else {
      YAGURA_TRY_VOID(by_certificate());
    }
    return std::move(verdict_);
  }

 private:
  // The signature that the key made; empty: none.
  [[nodiscard]] const std::string* signed_by(const PublicKey& key) const {
    for (const std::string& signature : bundle_.signatures) {
      if (key.verify(message_, signature)) return &signature;
    }
    return nullptr;
  }

  Result<void> by_key() {
    if (need_.keys.empty())
      return refused("it is signed by a key, and identities are asked for: name the key as well");
    for (const PublicKey& key : need_.keys) {
      const std::string* signature = signed_by(key);
      if (signature == nullptr) continue;
      verdict_.signer = "key " + key.kind() + " " + hex_encode(key.fingerprint()).substr(0, 16);
      verdict_.checked.emplace_back("the signature, by the key");
      return check_log(*signature, key.der(), need_.require_log);
    }
    return refused("it is not signed by " +
                   std::string(need_.keys.size() == 1 ? "the key" : "any of the keys"));
  }

  Result<void> by_certificate() {
    YAGURA_TRY(const Certificate leaf, Certificate::parse(bundle_.certificate));
    const std::string* signature = signed_by(leaf.key());
    if (signature == nullptr) return refused("it is not signed by its certificate's key");
    verdict_.checked.emplace_back("the signature, by the certificate's key");
    // A key that the operator gave needs no authority.
    for (const PublicKey& key : need_.keys) {
      if (key.der() == leaf.key().der()) {
        verdict_.signer = "key " + key.kind() + " " + hex_encode(key.fingerprint()).substr(0, 16);
        return check_log(*signature, key.der(), need_.require_log);
      }
    }
    if (need_.identities.empty())
      return refused("it is signed by " + name_of(leaf) +
                     ", and a key is asked for: name identities to allow");
    if (need_.trust.signers.empty())
      return refused(
          "it is signed with a certificate, and no authority is trusted: give a trust root");
    YAGURA_TRY_VOID(check_log(*signature, leaf.key().der(), false));
    YAGURA_TRY_VOID(check_timestamps(*signature));
    if (verdict_.time == 0 && need_.trust.logs.empty() && need_.trust.timestamps.empty()) {
      verdict_.unchecked.emplace_back(
          "time of signing: neither log nor time authority is trusted; the certificate is valid "
          "now");
      verdict_.time = need_.now;
    }
    if (verdict_.time == 0)
      return refused(
          "nobody who is trusted vouches for when it was signed: neither a log's entry nor "
          "a signed time could be verified");
    YAGURA_TRY_VOID(check_chain(leaf));
    return check_identity(leaf);
  }

  // Entries that are there must be right, whether they are asked for or not.
  Result<void> check_log(const std::string& signature, const std::string& key_der, bool required) {
    if (bundle_.entries.empty() || need_.trust.logs.empty()) {
      const char* why = bundle_.entries.empty() ? "it carries no entry of a log"
                                                : "no log is trusted: give a trust root";
      if (required) return refused(std::string("the transparency log is asked for: ") + why);
      verdict_.unchecked.push_back(std::string("transparency log: ") + why);
      return {};
    }
    const RecordedSignature recorded{
        .payload_sha256 = sha256(bundle_.payload), .signature = signature, .key_der = key_der};
    for (const LogEntry& entry : bundle_.entries) {
      if (entry.promise.empty() && !entry.proof)
        return refused("an entry of the log carries neither promise nor proof");
      if (!entry.promise.empty()) {
        YAGURA_TRY_VOID(verify_promise(entry, need_.trust.logs));
        verdict_.checked.emplace_back("the log's promise");
        verdict_.time = entry.integrated_time;
      }
      if (entry.proof) {
        YAGURA_TRY_VOID(verify_inclusion(entry, need_.trust.logs));
        verdict_.checked.emplace_back("the proof of inclusion in the log, offline");
      }
      YAGURA_TRY_VOID(speaks_of(entry, recorded));
      verdict_.checked.emplace_back("the log's entry is of this signature");
    }
    return {};
  }

  // hashedrekord entries of envelopes record the hash of what was signed, not of the payload.
  Result<void> speaks_of(const LogEntry& entry, RecordedSignature recorded) const {
    auto outcome = entry_speaks_of(entry, recorded);
    if (outcome || bundle_.form == Bundle::Form::kSimpleSigning) return outcome;
    recorded.payload_sha256 = sha256(message_);
    if (entry_speaks_of(entry, recorded)) return {};
    return outcome;
  }

  Result<void> check_timestamps(const std::string& signature) {
    if (bundle_.timestamps.empty()) return {};
    if (need_.trust.timestamps.empty()) {
      verdict_.unchecked.emplace_back("signed time: no time authority is trusted");
      return {};
    }
    for (const std::string& token : bundle_.timestamps) {
      Error last;
      bool good = false;
      for (const Authority& authority : need_.trust.timestamps) {
        auto time = verify_timestamp(token, signature, authority.chain);
        if (!time) {
          last = std::move(time).error();
          continue;
        }
        if (*time < authority.from || (authority.to != 0 && *time > authority.to)) {
          last.message = "the signed time lies outside of the authority's time of use";
          continue;
        }
        verdict_.time = *time;
        good = true;
        break;
      }
      if (!good) return std::unexpected(std::move(last));
      verdict_.checked.emplace_back("the signed time");
    }
    return {};
  }

  Result<void> check_chain(const Certificate& leaf) {
    std::vector<Certificate> intermediates;
    for (const std::string& text : bundle_.intermediates) {
      if (text.contains("-----BEGIN ")) {
        YAGURA_TRY(std::vector<Certificate> more, Certificate::parse_all(text));
        intermediates.insert(intermediates.end(), more.begin(), more.end());
      } else {
        YAGURA_TRY(Certificate one, Certificate::parse(text));
        intermediates.push_back(std::move(one));
      }
    }
    Error last{.code = ErrorCode::kInvalidInput,
               .message = "no authority of the trust root was in use when it was signed"};
    for (const Authority& authority : need_.trust.signers) {
      if (verdict_.time < authority.from || (authority.to != 0 && verdict_.time > authority.to))
        continue;
      std::vector<Certificate> others = intermediates;
      others.insert(others.end(), authority.chain.begin(), authority.chain.end());
      // The chain's last is the root.
      auto good = verify_chain(leaf, others, {authority.chain.back()}, verdict_.time);
      if (!good) {
        last = std::move(good).error();
        continue;
      }
      verdict_.checked.emplace_back("the certificate's chain");
      return check_transparency(leaf, others);
    }
    return std::unexpected(std::move(last));
  }

  Result<void> check_transparency(const Certificate& leaf, const std::vector<Certificate>& others) {
    if (need_.trust.certificate_logs.empty()) {
      verdict_.unchecked.emplace_back("certificate transparency: no log is trusted");
      return {};
    }
    std::vector<PublicKey> logs;
    for (const LogKey& log : need_.trust.certificate_logs) logs.push_back(log.key);
    bool carried = false;
    for (const Certificate& issuer : others) {
      const SctOutcome outcome = verify_scts(leaf, issuer, logs);
      if (outcome == SctOutcome::kValid) {
        verdict_.checked.emplace_back("certificate transparency");
        return {};
      }
      carried = carried || outcome == SctOutcome::kInvalid;
    }
    if (carried)
      return refused("the certificate's transparency timestamp is not of a log that is trusted");
    return refused(
        "the certificate carries no transparency timestamp, and logs for it are trusted");
  }

  static std::string name_of(const Certificate& leaf) {
    std::string out = leaf.identities().empty() ? leaf.subject() : leaf.identities().front();
    if (!leaf.issuer().empty()) out += " (" + leaf.issuer() + ")";
    return shown(std::move(out));
  }

  Result<void> check_identity(const Certificate& leaf) {
    for (const SignerIdentity& identity : need_.identities) {
      const bool any_issuer = identity.issuer.empty() && identity.issuer_pattern.empty();
      if (!any_issuer && !matches(leaf.issuer(), identity.issuer, identity.issuer_pattern))
        continue;
      for (const std::string& name : leaf.identities()) {
        if (!matches(name, identity.subject, identity.subject_pattern)) continue;
        verdict_.signer = name + (leaf.issuer().empty() ? "" : " (" + leaf.issuer() + ")");
        verdict_.checked.emplace_back(any_issuer ? "the identity" : "the identity and its issuer");
        return {};
      }
    }
    return refused("it is signed by " + name_of(leaf) + ", who is not among the identities");
  }

  const Bundle& bundle_;
  const SignerRequirements& need_;
  std::string message_;
  SignatureVerdict verdict_;
};

}  // namespace

Result<SignatureVerdict> verify_signature(const Bundle& bundle, std::string_view digest,
                                          const SignerRequirements& requirements) {
  return Verifier(bundle, requirements).verify(digest);
}

}  // namespace yagura::supply
