#pragma once

// Digests as OCI writes them (image-spec 1.1, descriptor.md): "sha256:" and 64 hex digits, or
// "sha512:" and 128. Others are not known to us and never taken on trust.

#include <string>
#include <string_view>

namespace yagura::image {

// Lower-case hex of the right length behind an algorithm that we can check.
[[nodiscard]] bool is_digest(std::string_view text);
// The part before and behind the colon. Precondition: is_digest().
[[nodiscard]] std::string_view digest_algorithm(std::string_view digest);
[[nodiscard]] std::string_view digest_hex(std::string_view digest);

// "sha256:…" of the bytes.
[[nodiscard]] std::string sha256_digest(std::string_view bytes);
// Whether `bytes` have the digest; false for what is no digest.
[[nodiscard]] bool has_digest(std::string_view bytes, std::string_view digest);

}  // namespace yagura::image
