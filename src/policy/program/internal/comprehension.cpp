// The comprehensions of the evaluator. Those that macros make run as loops over their predicate;
// what cel-go would have charged for their expansion is added, per element and at the end.

#include "policy/program/collections.hpp"
#include "policy/program/internal/evaluator.hpp"
#include "policy/program/operations.hpp"

namespace yagura::policy {
namespace {

// Costs of the expansions, in identifiers, calls and list literals (see EvalContext).
constexpr std::uint64_t kAllCondition = 2;     // @not_strictly_false(@result)
constexpr std::uint64_t kExistsCondition = 3;  // @not_strictly_false(!@result)
constexpr std::uint64_t kAccumulator = 1;      // @result
constexpr std::uint64_t kAppend = 12;          // @result + [ ]
constexpr std::uint64_t kInsert = 2;           // cel.@mapInsert(@result, …)
constexpr std::uint64_t kIncrement = 2;        // @result + 1
constexpr std::uint64_t kIsOne = 2;            // @result == 1

bool is_strictly_false(const Value& value) { return value.is_false(); }

}  // namespace

Value Evaluator::range_of(const FoldData& fold) {
  const Value range = eval(*fold.range);
  if (range.is_list() || range.is_map() || range.is_abnormal()) return range;
  return EvalContext::no_such_overload();
}

Value Evaluator::quantifier(const Op& op, bool absorbing) {
  const FoldData& fold = op.fold();
  const Value list = range_of(fold);
  if (list.is_abnormal()) return list;
  const Range range(list);
  const std::uint64_t condition = absorbing ? kExistsCondition : kAllCondition;
  Value pending;
  for (std::uint32_t i = 0; i < range.size(); ++i) {
    bind(fold, range, i);
    context_.cost_ += condition + kAccumulator;
    const Value value = eval(*fold.predicate);
    if (context_.exhausted()) [[unlikely]]
      return context_.exhaustion();
    if (value.is_bool()) [[likely]] {
      if (value.as_bool() != absorbing) continue;
      context_.cost_ += (i + 1 < range.size() ? condition : 0) + kAccumulator;
      return Value::boolean(absorbing);
    }
    pending = merge_pending(pending, value);
  }
  context_.cost_ += kAccumulator;
  return pending.is_absent() ? Value::boolean(!absorbing) : pending;
}

Value Evaluator::exists_one(const Op& op) {
  const FoldData& fold = op.fold();
  const Value list = range_of(fold);
  if (list.is_abnormal()) return list;
  const Range range(list);
  std::uint64_t found = 0;
  Value pending;
  for (std::uint32_t i = 0; i < range.size(); ++i) {
    bind(fold, range, i);
    const Value value = eval(*fold.predicate);
    if (context_.exhausted()) [[unlikely]]
      return context_.exhaustion();
    if (value.is_true()) {
      ++found;
      context_.cost_ += kIncrement;
    } else if (value.is_false()) {
      context_.cost_ += kAccumulator;
    } else {
      pending = merge_pending(pending, value);
    }
  }
  context_.cost_ += kIsOne;
  return pending.is_absent() ? Value::boolean(found == 1) : pending;
}

Value Evaluator::collect(const Op& op) {
  const FoldData& fold = op.fold();
  const Value list = range_of(fold);
  if (list.is_abnormal()) return list;
  const Range range(list);
  ListBuilder items(context_.arena(), fold.predicate == nullptr ? range.size() : 0);
  for (std::uint32_t i = 0; i < range.size(); ++i) {
    bind(fold, range, i);
    if (fold.predicate != nullptr) {
      const Value taken = eval(*fold.predicate);
      if (!taken.is_bool()) {
        return taken.is_abnormal() ? taken : EvalContext::no_such_overload();
      }
      if (!taken.as_bool()) {
        context_.cost_ += kAccumulator;
        if (context_.exhausted()) [[unlikely]]
          return context_.exhaustion();
        continue;
      }
    }
    const Value value = eval(*fold.transform);
    if (value.is_abnormal()) return value;
    context_.cost_ += kAppend;
    if (context_.exhausted()) [[unlikely]]
      return context_.exhaustion();
    items.add(value);
  }
  context_.cost_ += kAccumulator;
  return items.build();
}

Value Evaluator::collect_map(const Op& op) {
  const FoldData& fold = op.fold();
  const Value list = range_of(fold);
  if (list.is_abnormal()) return list;
  const Range range(list);
  MapBuilder entries(context_.arena());
  const auto insert = [&](const Value& key, const Value& value) -> bool {
    return is_map_key(key) && entries.add(key, value);
  };
  for (std::uint32_t i = 0; i < range.size(); ++i) {
    bind(fold, range, i);
    if (fold.predicate != nullptr) {
      const Value taken = eval(*fold.predicate);
      if (!taken.is_bool()) {
        return taken.is_abnormal() ? taken : EvalContext::no_such_overload();
      }
      if (!taken.as_bool()) {
        context_.cost_ += kAccumulator;
        if (context_.exhausted()) [[unlikely]]
          return context_.exhaustion();
        continue;
      }
    }
    const Value value = eval(*fold.transform);
    if (value.is_abnormal()) return value;
    context_.cost_ += kInsert + (fold.entries ? 0 : 1);
    if (context_.exhausted()) [[unlikely]]
      return context_.exhaustion();
    bool inserted = true;
    if (fold.entries) {
      if (!value.is_map()) return EvalContext::no_such_overload();
      for (std::uint32_t k = 0; inserted && k < value.count(); ++k) {
        inserted = insert(value.key_at(k), value.value_at(k));
      }
    } else {
      inserted = insert(range.first(i), value);
    }
    if (!inserted) return context_.error("insert failed: key already exists");
  }
  context_.cost_ += kAccumulator;
  return entries.build();
}

// Step by step, as the comprehension is written.
Value Evaluator::fold(const Op& op) {
  const FoldData& fold = op.fold();
  const Value list = range_of(fold);
  if (list.is_abnormal()) return list;
  const Range range(list);
  locals_[fold.accumulator] = eval(*fold.init);
  for (std::uint32_t i = 0; i < range.size(); ++i) {
    bind(fold, range, i);
    if (is_strictly_false(eval(*fold.condition))) break;
    locals_[fold.accumulator] = eval(*fold.step);
    if (context_.exhausted()) [[unlikely]]
      return context_.exhaustion();
  }
  return eval(*fold.result);
}

Value Evaluator::let(const Op& op) {
  const FoldData& fold = op.fold();
  context_.cost_ += op.cost;
  locals_[fold.accumulator] = eval(*fold.init);
  return eval(*fold.result);
}

Value Evaluator::block(const Op& op) {
  const FoldData& fold = op.fold();
  // Filled at first use, anew each time that the block is entered.
  for (std::uint32_t i = 0; i < op.index; ++i) locals_[fold.variable + i] = Value();
  return eval(*fold.result);
}

}  // namespace yagura::policy
