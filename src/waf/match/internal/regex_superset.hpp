#pragma once

// From a regular expression to an expression that Hyperscan compiles well and that finds at least
// as much in a buffer of forms, where a line feed stands before, between and behind the forms.

#include <string>

#include "waf/base/byte_set.hpp"
#include "waf/match/internal/regex_tree.hpp"

namespace yagura::waf::regex {

// What `node` can match in texts whose bytes are all of `alphabet`, unanchored and reduced to what
// decides: leading and trailing parts that may be empty are dropped, large repetitions are relaxed.
// Anchors become the line feed before or behind a form, or vanish where they do not stand at an
// end. nothing(): no such text matches. kEmpty: every text might.
[[nodiscard]] Node core_of(Node node, const ByteSet& alphabet);

// PCRE syntax that means the same (kStart and kEnd must be gone; bytes are written in hexadecimal).
[[nodiscard]] std::string to_expression(const Node& node);

}  // namespace yagura::waf::regex
