#pragma once

#include <string>

#include "policy/program/value.hpp"

namespace yagura::policy {

// The value as compact JSON (RFC 8259), as CEL's conversion to JSON has it: bytes in base64,
// timestamps (RFC 3339) and durations ("1.5s") as strings, none as null, keys as strings; types and
// abstract values by their text. Precondition: no error, no unknown, not absent.
void append_json(std::string& out, const Value& value);

}  // namespace yagura::policy
