#pragma once

// Runs compiled rules on events.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/arena.hpp"
#include "rules/event_view.hpp"
#include "rules/program/rule_set.hpp"

namespace yagura::rules {

// One a thread: remembers, for the event at hand, values and the results of shared conditions.
// After the first events nothing is allocated but what transformers make and patterns need.
class Evaluator {
 public:
  explicit Evaluator(std::shared_ptr<const RuleSet> rules);
  Evaluator(const Evaluator&) = delete;  // large, and of no use twice
  Evaluator& operator=(const Evaluator&) = delete;

  // The rules that fire, as positions in RuleSet::rules, in order of definition. Valid until the
  // next call.
  [[nodiscard]] std::span<const std::uint32_t> match(const EventView& event);
  // The first of them alone, which is what Falco reports by default; -1: none.
  [[nodiscard]] std::int64_t match_first(const EventView& event);

  [[nodiscard]] const RuleSet& rules() const { return *rules_; }

 private:
  struct Slot {
    std::uint32_t generation = 0;
    CachedValue cached;
  };

  void begin(const EventView& event);
  bool evaluate(NodeId id);
  bool evaluate_node(const Node& node);
  bool holds_for_one(const Node& node);
  bool evaluate_comparison(const Comparison& comparison);
  const CachedValue& value(ValueId id);
  void fetch(ValueId id);
  Value made_of(const ValueSource& source);

  std::shared_ptr<const RuleSet> rules_;
  const EventView* event_ = nullptr;
  std::uint32_t generation_ = 0;
  std::vector<std::uint32_t> results_;  // by node: generation * 2 + result
  std::vector<Slot> values_;
  std::vector<std::uint32_t> fired_;
  core::Arena arena_;
  bool arena_is_used_ = false;
};

}  // namespace yagura::rules
