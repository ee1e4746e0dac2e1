#pragma once

// "id:1,phase:2,t:none,msg:'It\'s here'": the actions of a rule, of SecDefaultAction and of
// SecRuleUpdateActionById. Reference: ModSecurity Reference Manual (v3.x), "Actions".
//
// Separated by commas, white space around them does not count. A value follows ':' and is bare (up
// to the comma, without white space) or in single quotes.

#include <string_view>
#include <vector>

#include "core/diagnostics.hpp"
#include "waf/seclang/ast.hpp"

namespace yagura::waf::seclang {

class TextMap;

// Bad parts are reported and left out. Linear in the text. Names are lower case in the result and
// are not looked up.
[[nodiscard]] std::vector<Action> parse_actions(std::string_view text, const Position& position,
                                                Diagnostics& diagnostics);
// The same for a part of a larger text: `map` knows where the byte `offset` + i stands.
[[nodiscard]] std::vector<Action> parse_actions(std::string_view text, const TextMap& map,
                                                std::size_t offset, Diagnostics& diagnostics);
// As it would be written between double quotes: parse_actions of it gives the same action.
[[nodiscard]] std::string to_string(const Action& action);

}  // namespace yagura::waf::seclang
