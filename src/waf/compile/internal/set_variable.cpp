#include "waf/compile/internal/set_variable.hpp"

#include <fmt/format.h>

#include <array>

#include "waf/compile/internal/macro.hpp"
#include "waf/seclang/ascii.hpp"
#include "waf/seclang/nearest.hpp"

namespace yagura::waf::internal {
namespace {

// The first of `wanted` outside of macros; npos: none.
std::size_t find_outside_macros(std::string_view text, std::string_view wanted) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with("%{")) {
      const std::size_t close = text.find('}', i);
      if (close == std::string_view::npos) return close;
      i = close;
    } else if (wanted.find(text[i]) != std::string_view::npos) {
      return i;
    }
  }
  return std::string_view::npos;
}

constexpr std::array<std::string_view, 6> kWritable = {"tx",      "ip",   "global",
                                                       "session", "user", "resource"};

// "60/300", neither of them 0.
bool is_rate(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return false;
  return read_number(text.substr(0, slash)).value_or(0) != 0 &&
         read_number(text.substr(slash + 1)).value_or(0) != 0;
}

class VariableWriter {
 public:
  VariableWriter(const seclang::Action& action, BuildState& state)
      : action_(action), state_(state) {}

  // "collection.name" into the three fields. False: reported.
  bool member(std::string_view text, RuleAction& made) {
    const std::size_t dot = find_outside_macros(text, ".:");
    if (dot == std::string_view::npos) {
      error(fmt::format("{} names no member of a collection", shown(text)), "write tx.name");
      return false;
    }
    if (!collection(text.substr(0, dot), made)) return false;
    const std::string_view name = seclang::trim(text.substr(dot + 1));
    if (name.empty()) {
      error(fmt::format("a name is missing behind {}", shown(text)));
      return false;
    }
    made.name = parse_macro(name, action_.position, state_);
    for (MacroText::Piece& piece : made.name.pieces) piece.literal = seclang::lower(piece.literal);
    if (made.collection == Variable::kTx && made.name.is_literal()) {
      made.slot = state_.tx_slot(name);
    }
    return true;
  }

  bool collection(std::string_view name, RuleAction& made) {
    for (const std::string_view each : kWritable) {
      if (!seclang::same_name(each, seclang::trim(name))) continue;
      made.collection = *find_variable(each);
      return true;
    }
    std::string hint = seclang::nearest_hint(name, kWritable);
    if (hint.empty()) hint = fmt::format("one of {}", fmt::join(kWritable, ", "));
    error(fmt::format("{} writes to {}, which is no collection that rules can write", action_.name,
                      shown(name)),
          std::move(hint));
    return false;
  }

  void assign(std::string_view text, RuleAction& made) {
    if (text.starts_with('+') || text.starts_with('-')) {
      made.set_op = text.front() == '+' ? RuleAction::SetOp::kAdd : RuleAction::SetOp::kSubtract;
      text.remove_prefix(1);
    }
    made.value = parse_macro(text, action_.position, state_);
  }

  void error(std::string message, std::string hint = {}) {
    state_.error(action_.position, std::move(message), std::move(hint));
  }

 private:
  const seclang::Action& action_;
  BuildState& state_;
};

}  // namespace

void add_set_variable(const seclang::Action& action, std::vector<RuleAction>& actions,
                      BuildState& state) {
  VariableWriter writer(action, state);
  RuleAction made{.kind = ActionKind::kSetVar};
  std::string_view text = seclang::trim(action.value);
  const bool unset = text.starts_with('!');
  if (unset) text.remove_prefix(1);
  const std::size_t equals = find_outside_macros(text, "=");
  if (unset && equals != std::string_view::npos) {
    return writer.error(fmt::format("{} both removes and sets", shown(action.value)));
  }
  if (!writer.member(text.substr(0, equals), made)) return;
  if (unset) {
    made.set_op = RuleAction::SetOp::kUnset;
  } else {
    writer.assign(equals == std::string_view::npos ? "1" : text.substr(equals + 1), made);
  }
  actions.push_back(std::move(made));
}

void add_environment(const seclang::Action& action, std::vector<RuleAction>& actions,
                     BuildState& state) {
  RuleAction made{.kind = ActionKind::kSetEnv, .collection = Variable::kEnv};
  std::string_view text = seclang::trim(action.value);
  if (text.starts_with('!')) {
    made.set_op = RuleAction::SetOp::kUnset;
    text.remove_prefix(1);
  }
  const std::size_t equals = find_outside_macros(text, "=");
  made.name = parse_macro(text.substr(0, equals), action.position, state);
  if (made.name.text.empty()) return state.error(action.position, "setenv without a name");
  const bool has_value = equals != std::string_view::npos;
  made.value = parse_macro(has_value ? text.substr(equals + 1) : "1", action.position, state);
  actions.push_back(std::move(made));
}

void add_collection(const seclang::Action& action, std::vector<RuleAction>& actions,
                    BuildState& state) {
  VariableWriter writer(action, state);
  RuleAction made{.kind = ActionKind::kInitCollection};
  const std::string_view text = action.value;
  const std::size_t equals = find_outside_macros(text, "=");
  if (equals == std::string_view::npos || equals + 1 == text.size()) {
    return writer.error(fmt::format("initcol takes collection=key, not {}", shown(text)),
                        "write initcol:ip=%{REMOTE_ADDR}");
  }
  if (!writer.collection(text.substr(0, equals), made)) return;
  if (made.collection == Variable::kTx) {
    return writer.error("TX belongs to one transaction and is there without initcol");
  }
  made.value = parse_macro(text.substr(equals + 1), action.position, state);
  actions.push_back(std::move(made));
}

void add_expiry(const seclang::Action& action, ActionKind kind, std::vector<RuleAction>& actions,
                BuildState& state) {
  VariableWriter writer(action, state);
  RuleAction made{.kind = kind};
  const std::string_view text = action.value;
  const std::size_t equals = find_outside_macros(text, "=");
  const bool has_value = equals != std::string_view::npos && equals + 1 < text.size();
  if (!has_value) {
    return writer.error(fmt::format("{} takes {}, not {}", action.name,
                                    kind == ActionKind::kExpireVar
                                        ? "collection.name=seconds"
                                        : "collection.name=amount/seconds",
                                    shown(text)));
  }
  if (!writer.member(text.substr(0, equals), made)) return;
  made.value = parse_macro(text.substr(equals + 1), action.position, state);
  if (kind == ActionKind::kDeprecateVar) {
    if (made.collection == Variable::kTx) {
      return writer.error("TX lives for one transaction: nothing in it is deprecated");
    }
    if (made.value.is_literal() && !is_rate(made.value.text)) {
      return writer.error(
          fmt::format("deprecatevar takes amount/seconds, not {}", shown(made.value.text)),
          "write deprecatevar:ip.score=60/300");
    }
  }
  actions.push_back(std::move(made));
}

}  // namespace yagura::waf::internal
