#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "model/severity.hpp"

namespace yagura::image {

// What, beyond its pattern, tells a secret from what only looks like one. (checks.hpp)
enum class SecretCheck : std::uint8_t {
  kNone,
  kEntropy,      // at least SecretRule::entropy bits a character
  kGithub,       // the last six characters are the CRC-32 of the ones before, in base 62
  kAwsKeyId,     // base 32 that names an account
  kJwt,          // the header is JSON with "alg"
  kPrivateKey,   // base 64 of DER, or OpenSSH's own magic; encrypted ones are told apart
  kUrlPassword,  // not a placeholder, not the user's name
  kDiscord,      // the first part is a number in base 64
  kAzureKey,     // 64 bytes in base 64
  kPypi,         // a macaroon whose location is pypi.org
  kGcpServiceAccount,
  kHtpasswd,
};

// One kind of secret. A file is searched for all keywords at once; where one stands, the pattern is
// tried on the text around it.
struct SecretRule {
  std::string_view id;
  std::string_view title;
  model::Severity severity = model::Severity::kHigh;
  // Any of these, in any case, stands within `reach` of the secret; blank-separated, 3 bytes or
  // more.
  std::string_view keywords;
  // RE2 (which counts to 1,000 at most; what is longer is bounded by `reach`). The first group is
  // the secret.
  std::string_view pattern;
  SecretCheck check = SecretCheck::kNone;
  double entropy = 0;
  // Its form alone gives it away, so that it is looked for in binaries too.
  bool in_binaries = false;
  // Stands within 250 bytes from the keyword's begin in every match: a cheap question before the
  // pattern's dear one.
  std::string_view then = {};
  std::uint16_t reach = 300;  // bytes around the keyword that the pattern may need; 65,535 at most
};

// All kinds, in groups of rules_*.cpp. At least 120.
[[nodiscard]] std::span<const SecretRule> secret_rules();

namespace internal {
std::span<const SecretRule> cloud_rules();
std::span<const SecretRule> developer_rules();
std::span<const SecretRule> service_rules();
std::span<const SecretRule> generic_rules();
}  // namespace internal

}  // namespace yagura::image
