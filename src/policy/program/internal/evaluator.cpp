#include "policy/program/internal/evaluator.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <array>

#include "policy/program/collections.hpp"
#include "policy/program/internal/struct_literal.hpp"
#include "policy/program/operations.hpp"

namespace yagura::policy {
namespace {

constexpr std::size_t kFewArguments = 3;

constexpr ErrorValue kCyclicVariable{.kind = ErrorKind::kCustom,
                                     .detail = "a variable is used in its own expression"};

void charge(EvalContext& context, std::uint64_t cost) { (void)context.charge(cost); }

std::uint64_t smaller_size_cost(const Value& a, const Value& b) {
  if (!a.is_string() && !a.is_list() && !a.is_map() && !a.is_bytes()) {
    return traversal_cost(std::min<std::uint64_t>(1, cost_size(b)));
  }
  return traversal_cost(std::min(cost_size(a), cost_size(b)));
}

// All ids of both, ascending.
Value merge_unknown(EvalContext& context, const Value& a, const Value& b) {
  const std::span<const std::uint32_t> x = a.as_unknown().expr_ids;
  const std::span<const std::uint32_t> y = b.as_unknown().expr_ids;
  const std::span<std::uint32_t> ids =
      context.arena().make_array<std::uint32_t>(x.size() + y.size());
  const auto end = std::ranges::set_union(x, y, ids.begin()).out;
  return Value::unknown(context.arena().make<UnknownSet>(
      UnknownSet{.expr_ids = ids.first(static_cast<std::size_t>(end - ids.begin()))}));
}

// Whoever gets a text may look at all of it.
std::uint64_t text_work(const Value& value) {
  return value.is_string() || value.is_bytes() ? value.count() / 16 : 0;
}

bool is_no_such_overload(const Value& value) {
  return value.is_error() && value.as_error().kind == ErrorKind::kNoSuchOverload;
}

}  // namespace

Value abnormal_result(EvalContext& context, const Value& a, const Value& b) {
  if (a.is_unknown() && b.is_unknown()) return merge_unknown(context, a, b);
  if (a.is_unknown()) return a;
  if (b.is_unknown()) return b;
  return a.is_abnormal() ? a : b;
}

Value Evaluator::load(std::uint32_t slot) {
  if (activation_.source == nullptr) {
    return context_.error(ErrorKind::kNoSuchVariable, code_.slots->name(slot));
  }
  if (context_.nesting_ >= context_.limits().nesting) {
    return context_.error(ErrorKind::kLimitExceeded, "variables that use variables");
  }
  // Until it is there: an expression that needs itself.
  activation_.slots[slot] = Value::error(&kCyclicVariable);
  ++context_.nesting_;
  Value value = activation_.source->load(context_, slot);
  --context_.nesting_;
  if (value.is_absent()) {
    value = context_.error(ErrorKind::kNoSuchVariable, code_.slots->name(slot));
  }
  activation_.slots[slot] = value;
  return value;
}

Value Evaluator::eval(const Op& op) {
  switch (op.code) {
    case OpCode::kConstant:
      context_.cost_ += op.cost;
      return op.value();
    case OpCode::kVariable:
      context_.cost_ += 1;
      return variable(op.index);
    case OpCode::kLocal:
      context_.cost_ += 1;
      return locals_[op.index];
    case OpCode::kBlockLocal:
      context_.cost_ += 1;
      if (locals_[op.index].is_absent()) locals_[op.index] = eval(op.arg(0));
      return locals_[op.index];
    case OpCode::kPath:
      return path(op);
    case OpCode::kHas:
      return has(op);
    case OpCode::kNot: {
      const Value value = eval(op.arg(0));
      context_.cost_ += 1;
      if (value.is_bool()) return Value::boolean(!value.as_bool());
      return value.is_abnormal() ? value : EvalContext::no_such_overload();
    }
    case OpCode::kAnd:
      return conjunction(op, false);
    case OpCode::kOr:
      return conjunction(op, true);
    case OpCode::kConditional: {
      const Value condition = eval(op.arg(0));
      if (condition.is_bool()) {
        const bool truth = condition.as_bool();
        const Value value = eval(op.arg(truth ? 1 : 2));
        if ((op.flags & (truth ? kTrueIsAttribute : kFalseIsAttribute)) != 0) context_.cost_ -= 1;
        return value;
      }
      return condition.is_abnormal() ? condition : EvalContext::no_such_overload();
    }
    case OpCode::kEqual:
      return equality(op, true);
    case OpCode::kNotEqual:
      return equality(op, false);
    case OpCode::kLess:
    case OpCode::kLessEqual:
    case OpCode::kGreater:
    case OpCode::kGreaterEqual:
      return ordering(op);
    case OpCode::kInSet:
      return in_set(op);
    case OpCode::kIn:
      return membership(op);
    case OpCode::kMatches:
      return matches(op);
    case OpCode::kCall:
      return call(op);
    case OpCode::kAll:
      return quantifier(op, false);
    case OpCode::kExists:
      return quantifier(op, true);
    case OpCode::kExistsOne:
      return exists_one(op);
    case OpCode::kCollect:
      return collect(op);
    case OpCode::kCollectMap:
      return collect_map(op);
    case OpCode::kFold:
      return fold(op);
    case OpCode::kLet:
      return let(op);
    case OpCode::kBlock:
      return block(op);
    case OpCode::kList:
      return list(op);
    case OpCode::kMap:
      return map(op);
    case OpCode::kStruct:
      return structure(op);
    case OpCode::kFail:
      return op.value();
    default:
      return arithmetic(op);
  }
}

inline Value Evaluator::root(const Op& op) {
  // An identifier at the head of a path has its cost in the path's.
  if (op.code == OpCode::kLocal) return locals_[op.index];
  if (op.code == OpCode::kVariable) return variable(op.index);
  return eval(op);
}

// The nodes' way is the usual one; whatever else a path meets goes step by step.
Value Evaluator::walk(Value value, std::span<const FieldStep> fields) {
  std::size_t at = 0;
  if (value.has_node()) {
    const kube::Node* node = value.as_node();
    for (; at < fields.size(); ++at) {
      const kube::Node* next = node->find(fields[at].name);
      if (next == nullptr || next->is_null()) [[unlikely]]
        break;
      node = next;
    }
    if (at > 0) value = Value::node(*node);
  }
  for (; at < fields.size(); ++at) {
    value = select(context_, value, fields[at].name);
    if (value.is_abnormal()) break;
  }
  return value;
}

Value Evaluator::path(const Op& op) {
  const Value value = root(op.arg(0));
  context_.cost_ += op.cost;
  return walk(value, op.fields());
}

Value Evaluator::has(const Op& op) {
  const Value value = root(op.arg(0));
  context_.cost_ += op.cost;
  const std::span<const FieldStep> fields = op.fields();
  return has_field(context_, walk(value, fields.first(fields.size() - 1)), fields.back().name);
}

Value Evaluator::merge_pending(const Value& pending, const Value& value) {
  const Value other =
      value.is_abnormal() || value.is_bool() ? value : EvalContext::no_such_overload();
  return pending.is_absent() ? other : abnormal_result(context_, pending, other);
}

// && (absorbing false) and || (absorbing true): an operand with the absorbing value decides, also
// where others are errors; otherwise unknowns go before errors, and the first error is the result.
Value Evaluator::conjunction(const Op& op, bool absorbing) {
  Value pending;
  for (const Op* argument : op.arguments()) {
    const Value value = eval(*argument);
    if (value.is_bool()) [[likely]] {
      if (value.as_bool() == absorbing) return Value::boolean(absorbing);
    } else {
      pending = merge_pending(pending, value);
    }
  }
  return pending.is_absent() ? Value::boolean(!absorbing) : pending;
}

Value Evaluator::equality(const Op& op, bool wanted) {
  const Value a = eval(op.arg(0));
  const Value b = eval(op.arg(1));
  if (a.is_abnormal() || b.is_abnormal()) return abnormal_result(context_, a, b);
  context_.cost_ += smaller_size_cost(a, b);
  return Value::boolean(equal(a, b, context_.work_) == wanted);
}

Value Evaluator::ordering(const Op& op) {
  const Value a = eval(op.arg(0));
  const Value b = eval(op.arg(1));
  if (a.is_abnormal() || b.is_abnormal()) return abnormal_result(context_, a, b);
  context_.cost_ += (op.flags & kSizedCost) != 0 ? smaller_size_cost(a, b) : 1;
  context_.work_ += text_work(a);
  const Ordering order = compare(a, b);
  if (order == Ordering::kNoOverload) return EvalContext::no_such_overload();
  switch (op.code) {
    case OpCode::kLess:
      return Value::boolean(order == Ordering::kLess);
    case OpCode::kLessEqual:
      return Value::boolean(order == Ordering::kLess || order == Ordering::kEqual);
    case OpCode::kGreater:
      return Value::boolean(order == Ordering::kGreater);
    default:
      return Value::boolean(order == Ordering::kGreater || order == Ordering::kEqual);
  }
}

Value Evaluator::arithmetic(const Op& op) {
  const Value a = eval(op.arg(0));
  if (op.code == OpCode::kNegate) {
    context_.cost_ += 1;
    return a.is_abnormal() ? a : negate(context_, a);
  }
  if (op.code == OpCode::kOptionalSelect) {
    context_.cost_ += op.cost;
    return a.is_abnormal() ? a : optional_select(context_, a, op.fields()[0].name);
  }
  const Value b = eval(op.arg(1));
  if (a.is_abnormal() || b.is_abnormal()) return abnormal_result(context_, a, b);
  switch (op.code) {
    case OpCode::kIndex:
      context_.cost_ += op.cost;
      context_.work_ += text_work(b);
      return index(context_, a, b);
    case OpCode::kOptionalIndex:
      context_.cost_ += op.cost;
      return optional_index(context_, a, b);
    case OpCode::kAdd:
      context_.cost_ +=
          (op.flags & kSizedCost) != 0 ? traversal_cost(cost_size(a) + cost_size(b)) : 1;
      return add(context_, a, b);
    case OpCode::kSubtract:
      context_.cost_ += 1;
      return subtract(context_, a, b);
    case OpCode::kMultiply:
      context_.cost_ += 1;
      return multiply(context_, a, b);
    case OpCode::kDivide:
      context_.cost_ += 1;
      return divide(context_, a, b);
    default:
      context_.cost_ += 1;
      return modulo(context_, a, b);
  }
}

Value Evaluator::membership(const Op& op) {
  const Value a = eval(op.arg(0));
  const Value b = eval(op.arg(1));
  if (a.is_abnormal() || b.is_abnormal()) return abnormal_result(context_, a, b);
  charge(context_, (op.flags & kSizedCost) != 0 && b.is_list() ? b.count() : 1);
  if (context_.exhausted()) return context_.exhaustion();
  return contains(context_, a, b);
}

Value Evaluator::in_set(const Op& op) {
  const Value a = eval(op.arg(0));
  if (a.is_abnormal()) return a;
  if (a.count() > op.set().longest || a.kind() > ValueKind::kString) return Value::boolean(false);
  const std::span<const Value> table = op.set().table;
  const std::size_t mask = table.size() - 1;
  for (std::size_t at = hash(a) & mask; !table[at].is_absent(); at = (at + 1) & mask) {
    if (equal(table[at], a)) return Value::boolean(true);
  }
  return Value::boolean(false);
}

Value Evaluator::matches(const Op& op) {
  const Value a = eval(op.arg(0));
  if (a.is_abnormal()) return a;
  if (!a.is_string()) return EvalContext::no_such_overload();
  charge(context_, traversal_cost(1 + cost_size(a)) * op.cost);
  if (context_.over_budget()) return context_.exhaustion();
  const std::string_view text = a.as_string();
  return Value::boolean(
      re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), op.regex()));
}

Value Evaluator::call(const Op& op) {
  return op.count <= kFewArguments ? call_with<kFewArguments>(op) : call_with<kMaxArguments>(op);
}

template <std::size_t kMax>
Value Evaluator::call_with(const Op& op) {
  std::array<Value, kMax> arguments;
  Value pending;
  for (std::size_t i = 0; i < op.count; ++i) {
    arguments[i] = eval(op.arg(i));
    context_.work_ += text_work(arguments[i]);
    if (arguments[i].is_abnormal()) [[unlikely]] {
      pending =
          pending.is_absent() ? arguments[i] : abnormal_result(context_, pending, arguments[i]);
    }
  }
  return apply(op, {arguments.data(), op.count}, pending);
}

Value Evaluator::apply(const Op& op, std::span<const Value> arguments, const Value& pending) {
  for (const Function* function : op.call().functions) {
    if (op.count < function->min_args || op.count > function->max_args) continue;
    if (!pending.is_absent() && function->strict) {
      context_.cost_ += 1;
      return pending;
    }
    if (context_.exhausted()) [[unlikely]]
      return context_.exhaustion();
    const Value result = function->implementation(context_, arguments);
    if (is_no_such_overload(result)) continue;
    if (!function->own_cost) {
      const bool sized = (op.flags & kSizedCost) != 0;
      context_.cost_ += sized ? traversal_cost(cost_size(arguments[0])) : 1;
    }
    return result;
  }
  return EvalContext::no_such_overload();
}

Value Evaluator::list(const Op& op) {
  context_.cost_ += op.cost;
  const std::span<const bool> optional = op.literal().optional;
  ListBuilder items(context_.arena(), op.count);
  Value pending;
  for (std::size_t i = 0; i < op.count; ++i) {
    Value value = eval(op.arg(i));
    if (!optional.empty() && optional[i] && !value.is_abnormal()) {
      if (!value.is_optional()) {
        value = EvalContext::no_such_overload();
      } else if (value.as_optional() == nullptr) {
        continue;
      } else {
        value = *value.as_optional();
      }
    }
    if (value.is_abnormal()) {
      pending = pending.is_absent() ? value : abnormal_result(context_, pending, value);
    } else {
      items.add(value);
    }
  }
  return pending.is_absent() ? items.build() : pending;
}

Value Evaluator::map(const Op& op) {
  context_.cost_ += op.cost;
  const std::span<const bool> optional = op.literal().optional;
  MapBuilder entries(context_.arena(), op.count / 2);
  for (std::size_t i = 0; i + 1 < op.count; i += 2) {
    const Value key = eval(op.arg(i));
    Value value = eval(op.arg(i + 1));
    if (key.is_abnormal() || value.is_abnormal()) return abnormal_result(context_, key, value);
    if (!optional.empty() && optional[i / 2]) {
      if (!value.is_optional()) return EvalContext::no_such_overload();
      if (value.as_optional() == nullptr) continue;
      value = *value.as_optional();
    }
    if (!is_map_key(key)) {
      return context_.error(ErrorKind::kInvalidArgument, "unsupported key type");
    }
    if (!entries.add(key, value)) {
      return context_.error(ErrorKind::kInvalidArgument,
                            "Failed with repeated key: " + to_debug_string(key, 100));
    }
  }
  return entries.build();
}

Value Evaluator::structure(const Op& op) {
  context_.cost_ += op.cost;
  const LiteralData& literal = op.literal();
  MapBuilder fields(context_.arena(), op.count);
  for (std::size_t i = 0; i < op.count; ++i) {
    Value value = eval(op.arg(i));
    if (value.is_abnormal()) return value;
    if (!literal.optional.empty() && literal.optional[i]) {
      if (!value.is_optional()) return EvalContext::no_such_overload();
      if (value.as_optional() == nullptr) continue;
      value = *value.as_optional();
    }
    fields.add_or_replace(Value::string(literal.fields[i]), value);
  }
  return make_struct(context_, literal.structure->name, fields.build());
}

}  // namespace yagura::policy
