#include "rules/engine/evaluator.hpp"

// Nothing is cleared between events: a result counts only where it carries the event's number.

#include <algorithm>
#include <array>
#include <limits>

#include "rules/language/operand_parser.hpp"
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

Value Evaluator::made_of(const ValueSource& source) {
  std::array<Value, kMaxArguments> values;
  const std::size_t count = std::min<std::size_t>(source.count, values.size());
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = value(rules_->arguments[source.first + i]).value;
  }
  arena_is_used_ = true;
  const std::span<const Value> made(values.data(), count);
  if (source.kind == ValueKind::kList) return list_of(made, arena_);
  return transform(source.transformer, made, source.text, arena_);
}

void Evaluator::fetch(ValueId id) {
  const ValueSource& source = rules_->values[id];
  Value result;
  if (source.kind == ValueKind::kField) {
    result = event_->get(source.field);
  } else if (source.kind == ValueKind::kConstant) {
    result = Value::string(source.text);
  } else {
    result = made_of(source);
  }
  Slot& slot = values_[id];
  slot.generation = generation_;
  slot.cached.value = result;
  if (result.kind() == Value::Kind::kString) slot.cached.hash = quick_hash(result.as_string());
}

inline const CachedValue& Evaluator::value(ValueId id) {
  Slot& slot = values_[id];
  if (slot.generation != generation_) fetch(id);
  return slot.cached;
}

// Equality and sets of texts, which most comparisons are, without a call.
inline bool Evaluator::evaluate_comparison(const Comparison& comparison) {
  const CachedValue& left = value(comparison.value);
  if (left.value.kind() == Value::Kind::kString) {
    if (comparison.kind == ComparisonKind::kTextSet) {
      return comparison.texts.contains(left.value.as_string(), left.hash) != comparison.inverted;
    }
    if (comparison.kind == ComparisonKind::kText && comparison.op == Operator::kEqual) {
      return (left.value.as_string() == comparison.text) != comparison.inverted;
    }
  } else if (left.value.is_absent()) {
    return false;
  }
  if (comparison.right == kNoValue) return holds(comparison, left, {});
  return holds(comparison, left, value(comparison.right).value);
}

inline bool Evaluator::evaluate(NodeId id) {
  const Node& node = rules_->nodes[id];
  if (!node.is_shared) return evaluate_node(node);
  std::uint32_t& result = results_[id];
  if (result >> 1U == generation_) return (result & 1U) != 0;
  const bool truth = evaluate_node(node);
  result = generation_ << 1U | (truth ? 1U : 0U);
  return truth;
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
    case NodeKind::kOne:
      return holds_for_one(node);
    case NodeKind::kComparison:
      return evaluate_comparison(rules_->comparisons[node.first]);
  }
  return false;
}

bool Evaluator::holds_for_one(const Node& node) {
  std::uint32_t count = 0;
  for (std::uint32_t i = 0; i < node.count && count < 2; ++i) {
    count += evaluate(rules_->children[node.first + i]) ? 1 : 0;
  }
  return count == 1;
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
