#pragma once

// Telling random tokens (keys, passwords, session tokens) from names, paths and hashes. Internal to
// relations.
//
// Shannon's entropy alone cannot: a long identifier has as much as a short key. What differs is
// which letter follows which. A token is random where its pairs of neighbours cost more bits under
// a model of words than words ever do. Calibrated on 97,000 tokens of source code, documentation
// and configuration (of those with digits 0.3 % are above the threshold, nearly all of them real
// keys or base64) and on uniformly random tokens (over 99 % above it from 24 characters on).

#include <cstddef>
#include <string_view>
#include <vector>

namespace yagura::posture::relations {

// Bits a pair of neighbours costs on average: words about 3.5, random letters and digits about 5.6.
// 0 for fewer than two bytes. Linear.
[[nodiscard]] double surprise(std::string_view token);

// Shannon's entropy in bits a byte. Linear.
[[nodiscard]] double shannon_entropy(std::string_view token);

struct RandomToken {
  std::size_t offset = 0;
  std::size_t length = 0;
};

// The tokens in a text that look random, at most `most`. `key` is the name of what holds the text
// ("" if none): names that say hash, digest or certificate excuse it, and hexadecimal counts only
// where the name says key, token or secret. Left out: UUIDs, digests with their algorithm, what
// stands in URLs (but for the password there), PEM blocks, public keys, and base64 of plain text.
// Linear.
[[nodiscard]] std::vector<RandomToken> find_random_tokens(std::string_view text,
                                                          std::string_view key, std::size_t most);

}  // namespace yagura::posture::relations
