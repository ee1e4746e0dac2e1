// %{…}: expanded when a rule matched, into the arena.

#include "waf/engine/internal/state.hpp"

namespace yagura::waf::internal {

namespace {

// More than this of one value does not belong into a log line or a score.
constexpr std::size_t kMaxExpansion = 64 << 10;

std::string_view first_member(State& state, Variable variable, const std::string& name) {
  RuleTarget target;
  target.variable = variable;
  target.selector.kind = name.empty() ? Selector::Kind::kAll : Selector::Kind::kName;
  target.selector.name = name;
  std::vector<Member> members;
  collect_members(state, target, members);
  return members.empty() ? std::string_view{} : members.front().text;
}

std::string_view piece_text(State& state, const MacroText::Piece& piece) {
  if (!piece.variable) return piece.literal;
  if (*piece.variable == Variable::kTx) {
    return piece.slot != kNone ? state.tx.text(piece.slot, state.arena)
                               : state.tx.text(piece.name, state.arena);
  }
  if (!is_collection(*piece.variable)) return single_value(state, *piece.variable);
  return first_member(state, *piece.variable, piece.name);
}

}  // namespace

std::string_view expand(State& state, const MacroText& text) {
  if (text.pieces.empty()) return {};
  if (text.pieces.size() == 1) return piece_text(state, text.pieces.front());
  // Not the shared buffer: a piece (%{rule.msg}) may expand a text of its own.
  std::string whole;
  for (const MacroText::Piece& piece : text.pieces) {
    const std::string_view part = piece_text(state, piece);
    whole.append(part.substr(0, kMaxExpansion - std::min(kMaxExpansion, whole.size())));
  }
  return state.keep(whole);
}

}  // namespace yagura::waf::internal
