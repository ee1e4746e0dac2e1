// %{…}: expanded when a rule matched, into the arena.

#include <algorithm>

#include "waf/base/number.hpp"
#include "waf/engine/internal/members.hpp"

namespace yagura::waf::internal {

namespace {

// More than this of one value does not belong into a log line or a score.
constexpr std::size_t kMaxExpansion = 64 << 10;

constexpr std::uint32_t kMaxDepth = 3;  // of texts in texts

class DepthGuard {
 public:
  explicit DepthGuard(std::uint32_t& depth) : depth_(depth) { ++depth_; }
  DepthGuard(const DepthGuard&) = delete;
  DepthGuard& operator=(const DepthGuard&) = delete;
  ~DepthGuard() { --depth_; }

 private:
  std::uint32_t& depth_;
};

std::string_view first_member(State& state, Variable variable, const std::string& name) {
  RuleTarget target;
  target.variable = variable;
  target.selector.kind = name.empty() ? Selector::Kind::kAll : Selector::Kind::kName;
  target.selector.name = name;
  std::string_view found;
  each_member(state, target, nullptr, [&](const Member& member) {
    found = member.text;
    return false;
  });
  return found;
}

std::string_view piece_text(State& state, const MacroText::Piece& piece) {
  if (!piece.variable) return piece.literal;
  if (*piece.variable == Variable::kTx) {
    const std::uint32_t slot = piece.slot != kNone ? piece.slot : state.tx.find(piece.name);
    return slot == kNone ? std::string_view{} : state.tx.text(slot);
  }
  if (!is_collection(*piece.variable)) return single_value(state, *piece.variable);
  return first_member(state, *piece.variable, piece.name);
}

}  // namespace

std::string_view expand(State& state, const MacroText& text) {
  if (text.pieces.empty()) return {};
  if (text.is_literal()) return text.pieces.front().literal;
  // A message may hold %{rule.msg}, itself.
  if (state.expansion_depth >= kMaxDepth) return text.text;
  const DepthGuard guard(state.expansion_depth);
  if (text.pieces.size() == 1) return piece_text(state, text.pieces.front());
  const auto parts = state.arena.make_array<std::string_view>(text.pieces.size());
  std::size_t size = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    parts[i] = piece_text(state, text.pieces[i]).substr(0, kMaxExpansion - size);
    size += parts[i].size();
  }
  const auto whole = state.arena.make_array<char>(size);
  char* to = whole.data();
  for (const std::string_view part : parts) to = std::ranges::copy(part, to).out;
  return {whole.data(), size};
}

std::int64_t expand_number(State& state, const MacroText& text) {
  if (text.pieces.size() == 1 && text.pieces[0].variable == Variable::kTx &&
      text.pieces[0].slot != kNone) {
    return state.tx.number(text.pieces[0].slot);
  }
  return number_of(expand(state, text));
}

}  // namespace yagura::waf::internal
