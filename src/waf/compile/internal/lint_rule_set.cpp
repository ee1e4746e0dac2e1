#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "waf/compile/internal/build_state.hpp"
#include "waf/compile/internal/lint_checks.hpp"
#include "waf/seclang/ascii.hpp"

namespace yagura::waf::internal {
namespace {

void warn(Diagnostics& diagnostics, const Rule& rule, std::string message, std::string hint = {}) {
  diagnostics.warning(rule.file, rule.line, 1, std::move(message), std::move(hint));
}

bool is_head(const RuleSet& set, const Rule& rule) { return &set.rules[rule.chain_head] == &rule; }

std::string name_of(const Rule& rule) {
  return rule.id == 0 ? std::string("this rule of a chain") : fmt::format("rule {}", rule.id);
}

bool ends_phase(const Rule& rule) {
  switch (rule.disruptive) {
    case Disruptive::kPass:
    case Disruptive::kBlock:
      return false;
    default:
      return true;
  }
}

// And not only at scores that other rules, with severities, have counted.
bool looks_at_traffic(const Rule& rule) {
  return std::any_of(rule.targets.begin(), rule.targets.end(),
                     [](const RuleTarget& target) { return is_scannable(target.variable); });
}

// Every macro of a rule.
template <typename Visit>
void for_macros(const Rule& rule, const Visit& visit) {
  if (rule.op_macro) visit(*rule.op_macro);
  visit(rule.message);
  visit(rule.log_data);
  visit(rule.redirect);
  for (const MacroText& tag : rule.tags) visit(tag);
  for (const RuleAction& action : rule.actions) {
    visit(action.name);
    visit(action.value);
  }
}

std::uint8_t first_phase_of(Variable variable) {
  using enum Variable;
  switch (variable) {
    case kArgsPost:
    case kArgsPostNames:
    case kFiles:
    case kFilesNames:
    case kFilesSizes:
    case kFilesTmpNames:
    case kFilesTmpContent:
    case kFilesCombinedSize:
    case kMultipartFileName:
    case kMultipartName:
    case kMultipartPartHeaders:
    case kMultipartStrictError:
    case kMultipartUnmatchedBoundary:
    case kReqbodyError:
    case kReqbodyProcessorError:
    case kRequestBody:
    case kXml:
      return 2;
    case kResponseHeaders:
    case kResponseHeadersNames:
    case kResponseStatus:
    case kResponseProtocol:
    case kResponseContentType:
    case kStatusLine:
      return 3;
    case kResponseBody:
      return 4;
    default:
      return 1;
  }
}

// Which TX members rules read and set.
class TxUse {
 public:
  explicit TxUse(const RuleSet& set)
      : read_(set.tx_names.size()), set_(set.tx_names.size()), asked_(set.tx_names.size()) {
    for (const Rule& rule : set.rules) visit(rule);
  }

  // The rule that reads it first, where none sets it; null otherwise, and where some rule asks by
  // &TX:name whether it is set: then it is the user's to set.
  [[nodiscard]] const Rule* only_read(std::uint32_t slot, std::string_view name) const {
    const bool known = set_[slot] != nullptr || asked_[slot] != nullptr || may_be_set(name);
    return known ? nullptr : read_[slot];
  }
  [[nodiscard]] const Rule* only_set(std::uint32_t slot, std::string_view name) const {
    return read_[slot] == nullptr && asked_[slot] == nullptr && !may_be_read(name) ? set_[slot]
                                                                                   : nullptr;
  }

 private:
  void visit(const Rule& rule) {
    for (const RuleTarget& target : rule.targets) {
      if (target.variable != Variable::kTx) continue;
      if (target.selector.kind == Selector::Kind::kAll) reads_all_ = true;
      if (target.selector.kind == Selector::Kind::kRegex) {
        patterns_.push_back(target.selector.pattern.get());
      }
      if (target.selector.slot != kNone) {
        note(target.count ? asked_ : read_, target.selector.slot, rule);
      }
    }
    for_macros(rule, [&](const MacroText& text) {
      for (const MacroText::Piece& piece : text.pieces) {
        if (piece.variable == Variable::kTx && piece.slot != kNone) note(read_, piece.slot, rule);
      }
    });
    for (const RuleAction& action : rule.actions) {
      if (action.kind != ActionKind::kSetVar || action.collection != Variable::kTx) continue;
      if (action.slot != kNone) {
        if (action.set_op != RuleAction::SetOp::kUnset) note(set_, action.slot, rule);
      } else {
        const auto& pieces = action.name.pieces;
        made_names_.push_back(pieces.empty() ? std::string() : pieces.front().literal);
      }
    }
  }

  static void note(std::vector<const Rule*>& uses, std::uint32_t slot, const Rule& rule) {
    if (uses[slot] == nullptr) uses[slot] = &rule;
  }

  // By a setvar whose name holds macros and begins like this one.
  [[nodiscard]] bool may_be_set(std::string_view name) const {
    return std::any_of(made_names_.begin(), made_names_.end(),
                       [name](const std::string& start) { return name.starts_with(start); });
  }
  [[nodiscard]] bool may_be_read(std::string_view name) const {
    return reads_all_ || std::any_of(patterns_.begin(), patterns_.end(), [&](const Pattern* each) {
             return each->match(name, nullptr) == OperatorResult::kMatch;
           });
  }

  std::vector<const Rule*> read_, set_, asked_;
  std::vector<const Pattern*> patterns_;
  std::vector<std::string> made_names_;
  bool reads_all_ = false;
};

}  // namespace

void lint_unreachable(const RuleSet& set, Diagnostics& diagnostics) {
  for (const Phase& phase : set.phases) {
    std::vector<bool> is_entered(phase.steps.size() + 1);
    for (const std::uint32_t step : phase.steps) {
      const Rule& rule = set.rules[step];
      if (rule.skip_after != kNone) is_entered[rule.skip_after] = true;
    }
    for (std::size_t i = 0; i + 1 < phase.steps.size(); ++i) {
      const Rule& rule = set.rules[phase.steps[i]];
      const bool always = rule.targets.empty() && rule.next_in_chain == kNone;
      const bool leaves = ends_phase(rule) || (rule.skip_after != kNone && rule.skip_after > i + 1);
      if (!always || !leaves || is_entered[i + 1]) continue;
      const Rule& next = set.rules[phase.steps[i + 1]];
      warn(diagnostics, next,
           fmt::format("{} is never reached: {} at line {} always {}", name_of(next), name_of(rule),
                       rule.line, ends_phase(rule) ? "ends the phase" : "skips it"));
    }
  }
}

void lint_early(const RuleSet& set, Diagnostics& diagnostics) {
  for (const Rule& rule : set.rules) {
    for (const RuleTarget& target : rule.targets) {
      const std::uint8_t phase = first_phase_of(target.variable);
      if (rule.phase >= phase) continue;
      warn(diagnostics, rule,
           fmt::format("{} runs in phase {}, and {} is not there before phase {}", name_of(rule),
                       rule.phase, waf::name_of(target.variable), phase),
           fmt::format("write phase:{}", phase));
      break;
    }
  }
}

void lint_messages(const RuleSet& set, Diagnostics& diagnostics) {
  for (const Rule& rule : set.rules) {
    if (!is_head(set, rule) || !rule.log) continue;
    if (!rule.block_by_default && !ends_phase(rule)) continue;
    if (rule.message.text.empty()) {
      warn(diagnostics, rule, fmt::format("{} can block and has no msg", name_of(rule)),
           "whoever is blocked asks why");
    } else if (rule.severity < 0 && looks_at_traffic(rule)) {
      warn(diagnostics, rule, fmt::format("{} can block and has no severity", name_of(rule)),
           "HIGHEST_SEVERITY and alerts go by it");
    }
  }
}

void lint_captures(const RuleSet& set, Diagnostics& diagnostics) {
  std::uint32_t chain_head = kNone;
  bool captured = false;
  for (const Rule& rule : set.rules) {
    if (rule.chain_head != chain_head) captured = false;
    chain_head = rule.chain_head;
    captured = captured || rule.capture;
    bool uses = false;
    for_macros(rule, [&](const MacroText& text) {
      for (const MacroText::Piece& piece : text.pieces) {
        uses = uses || (piece.variable == Variable::kTx && piece.slot < 10);
      }
    });
    // A chain's first rule is logged when the whole chain has matched.
    for (std::uint32_t next = rule.next_in_chain; uses && !captured && next != kNone;
         next = set.rules[next].next_in_chain) {
      captured = set.rules[next].capture;
    }
    if (!uses || captured) continue;
    warn(diagnostics, rule, fmt::format("{} uses what it does not capture", name_of(rule)),
         "add the action capture");
  }
}

void lint_patterns(const RuleSet& set, Diagnostics& diagnostics) {
  for (const Rule& rule : set.rules) {
    const bool is_pattern =
        seclang::same_name(rule.op_name, "rx") || seclang::same_name(rule.op_name, "rxGlobal");
    if (!is_pattern || rule.op_macro) continue;
    const Result<Pattern> pattern = Pattern::compile(rule.op_argument);
    if (!pattern || pattern->is_linear()) continue;
    warn(diagnostics, rule,
         fmt::format("the pattern of {} is not linear: lookaround, back references or the like",
                     name_of(rule)),
         "where it takes more than SecPcreMatchLimit steps the rule is not evaluated");
  }
}

void lint_tx(const RuleSet& set, Diagnostics& diagnostics) {
  constexpr std::uint32_t kFirstNamed = 10;  // before it: what capture sets
  const TxUse use(set);
  for (std::uint32_t slot = kFirstNamed; slot < set.tx_names.size(); ++slot) {
    const std::string& name = set.tx_names[slot];
    if (const Rule* rule = use.only_read(slot, name)) {
      warn(diagnostics, *rule, fmt::format("TX:{} is read here and set nowhere", name));
    }
    if (const Rule* rule = use.only_set(slot, name)) {
      warn(diagnostics, *rule, fmt::format("TX:{} is set here and read nowhere", name));
    }
  }
}

}  // namespace yagura::waf::internal
