#pragma once

#include <cstdint>
#include <string_view>

#include "image/secrets/rule.hpp"

namespace yagura::image {

enum class SecretVerdict : std::uint8_t {
  kNo,         // a placeholder, an example of some documentation, noise
  kEncrypted,  // a key that a passphrase protects
  kLikely,
  kVerified,  // its checksum or inner structure is right
};

// Whether what a rule's pattern matched is a secret. `match` is all that was matched, `secret` the
// rule's group. Linear.
[[nodiscard]] SecretVerdict check_secret(const SecretRule& rule, std::string_view match,
                                         std::string_view secret);

// Shannon entropy in bits a byte.
[[nodiscard]] double entropy(std::string_view text);

// What people write where a secret would stand ("changeme", "<token>", "xxxxxxxx", "${VAR}") and
// what issuers print in their documentation (AKIAIOSFODNN7EXAMPLE).
[[nodiscard]] bool is_placeholder(std::string_view secret);

}  // namespace yagura::image
