#include "rules/engine/evaluator.hpp"

// Nothing is cleared between events: a result counts only where it carries the event's number.

#include <algorithm>
#include <limits>

#include "rules/program/transform.hpp"

namespace yagura::rules {

namespace {

constexpr std::uint32_t kLastGeneration = std::numeric_limits<std::uint32_t>::max() / 2;

}  // namespace

Evaluator::Evaluator(std::shared_ptr<const RuleSet> rules)
    : rules_(std::move(rules)), results_(rules_->nodes.size()), values_(rules_->values.size()) {}

void Evaluator::begin(const EventView& event) {
  event_ = &event;
  fired_.clear();
  if (arena_is_used_) arena_.reset();
  arena_is_used_ = false;
  if (++generation_ < kLastGeneration) return;
  generation_ = 1;
  std::ranges::fill(results_, 0);
  for (Slot& slot : values_) slot.generation = 0;
}

const CachedValue& Evaluator::value(ValueId id) {
  Slot& slot = values_[id];
  if (slot.generation == generation_) return slot.cached;
  slot.generation = generation_;
  const ValueSource& source = rules_->values[id];
  Value& result = slot.cached.value;
  if (source.base == kNoValue) {
    result = event_->get(source.field);
  } else {
    arena_is_used_ = true;
    result = transform(value(source.base).value, source.transformer, arena_);
  }
  if (result.kind() == Value::Kind::kString) slot.cached.hash = quick_hash(result.as_string());
  return slot.cached;
}

// Depth is bounded by kMaxNodeDepth.
bool Evaluator::evaluate_node(const Node& node) {
  switch (node.kind) {
    case NodeKind::kFalse:
      return false;
    case NodeKind::kTrue:
      return true;
    case NodeKind::kNot:
      return !evaluate(node.first);
    case NodeKind::kAnd: {
      const NodeId* const children = rules_->children.data() + node.first;
      return std::all_of(children, children + node.count,
                         [this](NodeId child) { return evaluate(child); });
    }
    case NodeKind::kOr: {
      const NodeId* const children = rules_->children.data() + node.first;
      return std::any_of(children, children + node.count,
                         [this](NodeId child) { return evaluate(child); });
    }
    case NodeKind::kComparison: {
      const Comparison& comparison = rules_->comparisons[node.first];
      const CachedValue& left = value(comparison.value);
      if (comparison.right == kNoValue) return holds(comparison, left, {});
      return holds(comparison, left, value(comparison.right).value);
    }
  }
  return false;
}

bool Evaluator::evaluate(NodeId id) {
  const Node& node = rules_->nodes[id];
  if (!node.is_shared) return evaluate_node(node);
  std::uint32_t& result = results_[id];
  if (result >> 1U == generation_) return (result & 1U) != 0;
  const bool truth = evaluate_node(node);
  result = generation_ << 1U | (truth ? 1U : 0U);
  return truth;
}

std::span<const std::uint32_t> Evaluator::match(const EventView& event) {
  begin(event);
  for (const RuleEntry& entry : rules_->rules_for(event.source(), event.type())) {
    if (evaluate(entry.condition)) fired_.push_back(entry.rule);
  }
  return fired_;
}

std::int64_t Evaluator::match_first(const EventView& event) {
  begin(event);
  for (const RuleEntry& entry : rules_->rules_for(event.source(), event.type())) {
    if (evaluate(entry.condition)) return entry.rule;
  }
  return -1;
}

}  // namespace yagura::rules
