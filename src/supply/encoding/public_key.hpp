#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"

struct evp_pkey_st;

namespace yagura::supply {

[[nodiscard]] std::string sha256(std::string_view bytes);  // 32 bytes

// A key that signatures are checked with: ECDSA (P-256, P-384, P-521), RSA of 2,048 bits and more
// (PKCS#1 v1.5 or PSS), Ed25519.
class PublicKey {
 public:
  // "-----BEGIN PUBLIC KEY-----" or a certificate's; or DER of either.
  [[nodiscard]] static Result<PublicKey> parse(std::string_view pem_or_der);
  // Takes over the reference, which may be null: that and kinds that nobody signs with are errors.
  [[nodiscard]] static Result<PublicKey> accept(evp_pkey_st* key);

  // Whether `signature` is this key's over the message (hashed with the digest of the key's size:
  // SHA-256; SHA-384 and SHA-512 for the larger curves are tried as well, since signers differ).
  [[nodiscard]] bool verify(std::string_view message, std::string_view signature) const;

  // "ECDSA P-256", "RSA 3072", "Ed25519".
  [[nodiscard]] std::string kind() const;
  // Of the DER form of SubjectPublicKeyInfo: 32 bytes.
  [[nodiscard]] std::string fingerprint() const;
  [[nodiscard]] std::string der() const;
  [[nodiscard]] evp_pkey_st* get() const { return key_.get(); }

 private:
  explicit PublicKey(evp_pkey_st* key);
  std::shared_ptr<evp_pkey_st> key_;
};

}  // namespace yagura::supply
