#pragma once

// The suffix that Kustomize gives to the names of generated ConfigMaps and Secrets.

#include <string>
#include <string_view>

#include "kube/node.hpp"

namespace yagura::kube::kustomize {

// Ten characters for a ConfigMap or Secret: the start of the SHA-256 of its
// kind, (type,) data and binaryData or stringData as Go's encoding/json writes them, in
// hexadecimal without letters and digits that could spell words.
[[nodiscard]] std::string content_hash(const Node& object);

// FIPS 180-4; 64 lower-case hexadecimal digits.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

}  // namespace yagura::kube::kustomize
