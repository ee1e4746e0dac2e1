#pragma once

// "%{tx.score} of %{MATCHED_VAR}" into pieces. Reference: ModSecurity Reference Manual (v3.x),
// "Macro Expansion".

#include <string_view>

#include "waf/compile/internal/build_state.hpp"

namespace yagura::waf::internal {

enum class MacroUse : std::uint8_t {
  kText,     // an unknown variable is an error
  kPattern,  // "%{" may be part of a regular expression: what names no variable stays text
};

// Names of TX members get their slots.
[[nodiscard]] MacroText parse_macro(std::string_view text, const seclang::Position& position,
                                    BuildState& state, MacroUse use = MacroUse::kText);

}  // namespace yagura::waf::internal
