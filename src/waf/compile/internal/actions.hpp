#pragma once

// The actions of a rule, by name. Reference: ModSecurity Reference Manual (v3.x), "Actions".

#include <optional>
#include <string>
#include <vector>

#include "waf/compile/internal/build_state.hpp"

namespace yagura::waf::internal {

enum class ActionScope : std::uint8_t {
  kHead,     // a rule, or the first of a chain
  kLink,     // a later rule of a chain
  kDefault,  // SecDefaultAction
};

// What a list of actions says; a rule starts with a copy of its phase's defaults.
struct ActionSet {
  RuleId id = 0;
  seclang::Position id_position;
  std::vector<Transform> transforms;
  bool chained = false, multi_match = false, capture = false;
  bool log = true, audit_log = true;
  std::vector<RuleAction> actions;
  std::optional<Disruptive> disruptive;  // what the list itself says; kBlock unresolved
  std::optional<std::uint16_t> status;
  MacroText redirect;
  std::uint32_t skip = 0;
  std::string skip_after;  // name of a marker; empty: none
  MacroText message, log_data;
  std::vector<MacroText> tags;
  int severity = -1;
  std::string revision, version, maturity, accuracy;
  std::vector<std::pair<std::string, std::string>> xml_namespaces;
};

// Applies `actions` in order to what is in `set`; every mistake is reported.
void apply_actions(const std::vector<seclang::Action>& actions, ActionScope scope, ActionSet& set,
                   BuildState& state);

// The phase that the list names; `otherwise` where it names none. Reports a phase that is none.
[[nodiscard]] std::uint8_t phase_of(const std::vector<seclang::Action>& actions,
                                    std::uint8_t otherwise, BuildState& state);
// May an action of this name stand more than once in a rule? Of the others SecRuleUpdateActionById
// replaces the one that is there.
[[nodiscard]] bool is_repeatable(std::string_view name);
[[nodiscard]] bool is_disruptive(std::string_view name);

}  // namespace yagura::waf::internal
