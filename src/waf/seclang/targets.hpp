#pragma once

// "ARGS|!ARGS:/^foo/|&TX:x|XML:/*": the targets of a rule, of SecRuleUpdateTarget* and of
// ctl:ruleRemoveTarget*. Reference: ModSecurity Reference Manual (v3.x), "Variables".
//
// Parts are separated by '|' or ','. A selector follows ':' and is bare (up to the separator), in
// single quotes, or a regular expression between slashes, quoted or not; in it "\/" is a slash.
// Separators within slashes belong to the expression as long as its closing slash ends the part.

#include <string_view>
#include <vector>

#include "core/diagnostics.hpp"
#include "waf/seclang/ast.hpp"

namespace yagura::waf::seclang {

class TextMap;

// Bad parts are reported and left out. Linear in the text.
[[nodiscard]] std::vector<Target> parse_targets(std::string_view text, const Position& position,
                                                Diagnostics& diagnostics);
// The same for a part of a larger text: `map` knows where the byte `offset` + i stands.
[[nodiscard]] std::vector<Target> parse_targets(std::string_view text, const TextMap& map,
                                                std::size_t offset, Diagnostics& diagnostics);
// As it would be written: parse_targets of it gives the same target.
[[nodiscard]] std::string to_string(const Target& target);

}  // namespace yagura::waf::seclang
