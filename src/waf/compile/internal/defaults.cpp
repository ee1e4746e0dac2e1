#include "waf/compile/internal/defaults.hpp"

#include <fmt/format.h>

#include <optional>

#include "waf/seclang/actions.hpp"

namespace yagura::waf::internal {
namespace {

class DefaultsReader {
 public:
  DefaultsReader(DefaultActions& defaults, BuildState& state)
      : defaults_(defaults), state_(state) {}

  void read(const seclang::PlainDirective& directive) {
    const seclang::Position& place =
        directive.argument_positions.empty() ? directive.position : directive.argument_positions[0];
    const auto actions = seclang::parse_actions(
        directive.arguments.empty() ? "" : directive.arguments[0], place, state_.diagnostics);
    const std::uint8_t phase = phase_of(actions, 0, state_);
    if (phase == 0) {
      return state_.error(directive.position, "SecDefaultAction without a phase",
                          "write SecDefaultAction \"phase:2,log,auditlog,pass\"");
    }
    std::optional<seclang::Position>& first = places_[phase - 1U];
    if (first) {
      return state_.error(directive.position,
                          fmt::format("phase {} has its SecDefaultAction at {}:{} already", phase,
                                      first->file ? *first->file : "", first->line),
                          "there is one for each phase");
    }
    first = directive.position;
    ActionSet& set = defaults_[phase - 1U];
    apply_actions(actions, ActionScope::kDefault, set, state_);
    if (!set.disruptive || *set.disruptive == Disruptive::kBlock) {
      state_.error(directive.position, "SecDefaultAction without a disruptive action",
                   "say what block does: pass, deny, drop, redirect:URL or allow");
    }
  }

 private:
  DefaultActions& defaults_;
  BuildState& state_;
  std::array<std::optional<seclang::Position>, kPhaseCount> places_;
};

}  // namespace

DefaultActions read_default_actions(const seclang::Document& document, BuildState& state) {
  DefaultActions defaults;
  DefaultsReader reader(defaults, state);
  for (const seclang::Directive& each : document.directives) {
    const auto* const plain = std::get_if<seclang::PlainDirective>(&each);
    if (plain != nullptr && plain->name == "SecDefaultAction") reader.read(*plain);
  }
  return defaults;
}

}  // namespace yagura::waf::internal
