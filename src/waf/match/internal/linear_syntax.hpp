#pragma once

// Which engine may see how long a value.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "waf/match/internal/regex_tree.hpp"

namespace yagura::waf::regex {

// The longest value, in bytes, that a backtracking matcher may be given without a count of its
// steps: what a pattern can cost grows with a power of the length, one for the place where a match
// begins and one for each repetition that can end in many places. PCRE2's JIT code does not count
// the steps of single bytes, so its match limit is no bound.
[[nodiscard]] std::size_t longest_backtracking_value(const Node& node);

// A PCRE2 pattern (DOTALL, DOLLAR_ENDONLY, no UTF) in RE2's syntax, with the same meaning over
// Latin-1: \s, \v, \h and {03} differ between the two. Nothing where the meaning could differ:
// letters above 0x7f in caseless patterns, which RE2 would fold, \p, \1, and ^ with (?m). What RE2
// does not know (lookarounds, backreferences, possessive repetitions) stays and is refused by RE2
// itself.
[[nodiscard]] std::optional<std::string> linear_syntax(std::string_view text, bool caseless);

}  // namespace yagura::waf::regex
