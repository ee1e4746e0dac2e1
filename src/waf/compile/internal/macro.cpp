#include "waf/compile/internal/macro.hpp"

#include <fmt/format.h>

#include "waf/seclang/ascii.hpp"
#include "waf/seclang/nearest.hpp"

namespace yagura::waf::internal {
namespace {

class MacroReader {
 public:
  MacroReader(std::string_view text, const seclang::Position& position, BuildState& state,
              MacroUse use)
      : position_(position), state_(state), use_(use) {
    result_.text = text;
    read(text);
    flush();
  }
  MacroText take() { return std::move(result_); }

 private:
  void read(std::string_view text) {
    while (!text.empty()) {
      const std::size_t start = text.find("%{");
      literal_ += text.substr(0, start);
      if (start == std::string_view::npos) return;
      text.remove_prefix(start);
      const std::size_t close = text.find('}');
      if (close == std::string_view::npos) {
        if (use_ == MacroUse::kText) {
          state_.error(position_, fmt::format("the macro {} is not closed by '}}'", shown(text)));
        }
        literal_ += text;
        return;
      }
      macro(text.substr(0, close + 1));
      text.remove_prefix(close + 1);
    }
  }

  void macro(std::string_view written) {
    const std::string_view inner = seclang::trim(written.substr(2, written.size() - 3));
    const std::size_t dot = inner.find_first_of(".:");
    const std::string_view variable_name = inner.substr(0, dot);
    const std::optional<Variable> variable = find_variable(variable_name);
    if (!variable) {
      if (use_ == MacroUse::kText) complain(written, variable_name);
      literal_ += written;
      return;
    }
    const bool has_member = dot != std::string_view::npos;
    if (has_member && !is_collection(*variable)) {
      state_.error(position_, fmt::format("{} is a single value and has no members: {}",
                                          name_of(*variable), shown(written)));
      return;
    }
    flush();
    MacroText::Piece piece{.variable = variable};
    if (has_member) {
      piece.name = *variable == Variable::kEnv ? std::string(inner.substr(dot + 1))
                                               : seclang::lower(inner.substr(dot + 1));
    }
    if (*variable == Variable::kTx && has_member) piece.slot = state_.tx_slot(piece.name);
    result_.pieces.push_back(std::move(piece));
  }

  void complain(std::string_view written, std::string_view name) {
    const std::string_view reason = why_no_variable(name);
    state_.error(position_, fmt::format("unknown variable in {}", shown(written)),
                 reason.empty() ? seclang::nearest_hint(seclang::upper(name), variable_names())
                                : std::string(reason));
  }

  void flush() {
    if (literal_.empty()) return;
    result_.pieces.push_back({.literal = std::move(literal_)});
    literal_.clear();
  }

  const seclang::Position& position_;
  BuildState& state_;
  MacroUse use_;
  MacroText result_;
  std::string literal_;
};

}  // namespace

MacroText parse_macro(std::string_view text, const seclang::Position& position, BuildState& state,
                      MacroUse use) {
  return MacroReader(text, position, state, use).take();
}

}  // namespace yagura::waf::internal
