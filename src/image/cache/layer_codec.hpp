#pragma once

// LayerFacts as one piece of bytes, made to be mapped: files as records of fixed size, their texts
// in one block that views point into, facts in the codec of the model. For this machine alone (byte
// order is the machine's).

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "image/model/facts.hpp"

namespace yagura::image {

// `key` comes back only to who asks with the same. Empty: too large to be kept (texts of 4 GiB).
[[nodiscard]] std::string encode_layer(const LayerFacts& layer, std::string_view key);

// Nothing where the bytes are damaged (they carry a checksum), of another version, or of another
// key. The facts point into `bytes`, which `keep` holds. Takes the bytes on no trust behind the
// checksum either: any input is safe. `bytes` begin at a multiple of 8.
[[nodiscard]] std::optional<LayerFacts> decode_layer(std::string_view bytes,
                                                     std::shared_ptr<const void> keep,
                                                     std::string_view key);

}  // namespace yagura::image
