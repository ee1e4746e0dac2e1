#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "supply/encoding/public_key.hpp"

struct x509_st;

namespace yagura::supply {

// A certificate that signed something (RFC 5280), with what Fulcio writes into it
// (github.com/sigstore/fulcio, docs/oid-info.md).
class Certificate {
 public:
  // PEM or DER; of several in one PEM text the first.
  [[nodiscard]] static Result<Certificate> parse(std::string_view pem_or_der);
  // All of a PEM text, at most 100.
  [[nodiscard]] static Result<std::vector<Certificate>> parse_all(std::string_view pem);

  // Subject alternative names: e-mail addresses, URIs, DNS names, and Fulcio's user names.
  [[nodiscard]] const std::vector<std::string>& identities() const { return identities_; }
  // Who says that the identity is right: "https://token.actions.githubusercontent.com"; may be
  // empty.
  [[nodiscard]] const std::string& issuer() const { return issuer_; }
  [[nodiscard]] std::int64_t not_before() const { return not_before_; }  // seconds since 1970
  [[nodiscard]] std::int64_t not_after() const { return not_after_; }
  [[nodiscard]] const PublicKey& key() const { return key_; }
  [[nodiscard]] std::string der() const;
  [[nodiscard]] std::string subject() const;  // "O=sigstore.dev,CN=sigstore", may be empty
  [[nodiscard]] bool is_self_signed() const;
  [[nodiscard]] x509_st* get() const { return certificate_.get(); }

 private:
  Certificate(x509_st* certificate, PublicKey key);
  // Takes the certificate over.
  static Result<Certificate> accept(x509_st* certificate);
  std::shared_ptr<x509_st> certificate_;
  PublicKey key_;
  std::vector<std::string> identities_;
  std::string issuer_;
  std::int64_t not_before_ = 0;
  std::int64_t not_after_ = 0;
};

// Whether a chain leads from the leaf to one of the roots at that time (seconds since 1970), with
// code signing among the leaf's purposes. Roots may be intermediate authorities: whoever names one
// as a root trusts it. The error says which certificate failed, and why.
[[nodiscard]] Result<void> verify_chain(const Certificate& leaf,
                                        const std::vector<Certificate>& intermediates,
                                        const std::vector<Certificate>& roots, std::int64_t time);

enum class SctOutcome : std::uint8_t { kValid, kNone, kInvalid };
// The signed timestamps of certificate transparency that are embedded in the leaf (RFC 6962, 3.3).
[[nodiscard]] SctOutcome verify_scts(const Certificate& leaf, const Certificate& issuer,
                                     const std::vector<PublicKey>& logs);

// A signed time over `message` (RFC 3161, a response or a bare token), by an authority whose chain
// leads to one of the roots. Seconds since 1970.
[[nodiscard]] Result<std::int64_t> verify_timestamp(std::string_view token,
                                                    std::string_view message,
                                                    const std::vector<Certificate>& chain);

}  // namespace yagura::supply
