#pragma once

// Evaluates the rules of one phase. A rule that the first stage decides and did not hit costs
// nothing: only the steps whose bits are set are walked. The others are put to their operator,
// value by value. phase.cpp walks, link.cpp asks operators, outcome.cpp does what follows a match.

#include <cstdint>
#include <string_view>
#include <vector>

#include "waf/engine/internal/members.hpp"
#include "waf/engine/internal/state.hpp"

namespace yagura::waf::internal {

class Evaluator final : public OperatorHost {
 public:
  Evaluator(State& state, std::size_t phase) : state_(state), phase_(phase) {}

  void run();

  void set_geo(std::string_view name, std::string_view value) override {
    state_.geo.emplace_back(state_.keep(name), state_.keep(value));
  }
  void replace_value(std::string text) override { replaced_ = state_.keep(text); }
  [[nodiscard]] void* xml_document() override {
    return state_.request_reader == nullptr ? nullptr : state_.request_reader->xml_document();
  }

 private:
  // phase.cpp
  void mark_hot_steps();
  [[nodiscard]] bool needs_scan(std::size_t step) const;
  void scan_for(std::size_t step);
  std::size_t next_hot(std::size_t step) const;
  std::size_t run_step(std::size_t step);  // returns the step to go on with
  std::size_t skip_constant_steps(std::size_t step);
  void leave_match(const Rule& rule, const NumberGuard& guard, std::string_view text);
  std::size_t jump(std::size_t step, const Rule& rule, const NumberGuard& guard);
  static std::size_t after(std::size_t step, const Rule& rule);  // one that matched
  [[nodiscard]] bool stopped() const {
    return state_.gave_up || state_.mode == EngineMode::kOff ||
           (phase_ != 5 && (state_.verdict.interrupts() || state_.allowed != AllowScope::kNone));
  }
  void check_clock();

  // link.cpp
  [[nodiscard]] bool has_hits(std::uint32_t item) const {
    return state_.item_hits[item].end != state_.item_hits[item].begin;
  }
  bool match_chain(std::uint32_t index);
  bool match_link(std::uint32_t index);
  void match_hits(const Rule& rule, const RuleTarget& target);
  void match_directly(const Rule& rule, const RuleTarget& target);
  void match_count(const Rule& rule, const RuleTarget& target);
  void match_member(const Rule& rule, const Member& member);
  void match_each_step(const Rule& rule, const Member& member);
  void ask(const Rule& rule, const Member& member, std::string_view form, bool form_is_kept);
  [[nodiscard]] bool removed(const RuleTarget& target, std::string_view name) const;

  // outcome.cpp
  void matched(const Rule& rule, const Member& member, std::string_view form, bool form_is_kept,
               std::string_view found);
  void store_captures(std::string_view form, std::string_view kept);
  void run_actions(const Rule& rule, bool is_first);
  void detect(const Match* match);
  void note_chain_match(const Member& member);
  void decide();

  State& state_;
  const std::size_t phase_;
  const Rule* head_ = nullptr;                 // of the chain that runs
  std::string_view argument_;                  // of the link that runs, expanded
  std::vector<const RuleAction*> exclusions_;  // ctl:ruleRemoveTarget… that name the head
  std::string_view replaced_;
  Captures captures_;
  std::uint32_t evaluations_ = 0;
  std::size_t detections_of_rule_ = 0;
  std::uint32_t matches_ = 0;  // of the link that runs
  std::uint32_t link_ = 0;     // its place in the chain
  Match chain_match_;          // the last one of the chain that runs
  bool chain_has_match_ = false;
  bool use_hits_ = false;  // the first stage has answered for this phase
};

}  // namespace yagura::waf::internal
