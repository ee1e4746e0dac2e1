#pragma once

// JSON (RFC 8259) straight into nodes: one pass, no intermediate form; strings without escapes stay
// in the source text. Internal to src/kube; kube/reader.hpp is the way in.

#include <cstdint>
#include <optional>
#include <vector>

#include "kube/node.hpp"
#include "kube/read_context.hpp"

namespace yagura::kube::json {

// The values of the text, one behind another (white space between them, so that lines of objects
// are read too). Each value is a document of its own, with its own limits. After an error the rest
// is left out: JSON has no mark to go on from.
//
// Numbers are exact: int64, then uint64, else the nearest double; what overflows a double is an
// error. Strings are strict: no raw control characters, no lone surrogates, valid UTF-8. A UTF-8
// byte order mark in front is skipped.
[[nodiscard]] std::vector<const Node*> read(const ReadContext& context);

}  // namespace yagura::kube::json
