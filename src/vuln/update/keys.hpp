#pragma once

// Signatures over an index: Ed25519 (RFC 8032) over the DSSE form of its manifest, which names all
// files by their SHA-256.

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "vuln/index/manifest.hpp"

namespace yagura::vuln {

// A public key of an operator's choice.
struct PublicKey {
  std::string raw;  // 32 bytes
  std::string id;   // hex SHA-256 of its DER form (SubjectPublicKeyInfo)
};

// PEM ("BEGIN PUBLIC KEY"); other kinds of keys are refused by name.
[[nodiscard]] Result<PublicKey> parse_public_key(std::string_view pem);

// Adds a signature by the private key (PEM, PKCS #8, not encrypted). One by the same key that is
// there already is replaced.
[[nodiscard]] Result<void> sign(Envelope& envelope, std::string_view private_key_pem);

// The id of the first key that a right signature is by. An error says why there is none: unsigned,
// by other keys, or wrong (the manifest was changed).
[[nodiscard]] Result<std::string> check_signature(const Envelope& envelope,
                                                  const std::vector<PublicKey>& keys);

}  // namespace yagura::vuln
