#pragma once

// Where, in the file, a byte of a scalar's value was written.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "kube/document.hpp"

namespace yagura::policy {

// The place of byte `offset` of the scalar's value: through quotes, escapes, block headers,
// indentation and folded lines. Past the end: the place behind the last character. Linear in the
// scalar's text.
[[nodiscard]] kube::Place place_in_scalar(const kube::Document& document, const kube::Node& scalar,
                                          std::size_t offset);

// Byte offset of the code point with this number, at most text.size(): CEL counts code points.
[[nodiscard]] std::size_t byte_offset(std::string_view text, std::uint32_t code_points);

}  // namespace yagura::policy
