#include "policy/program/internal/explainer.hpp"

#include <algorithm>

namespace yagura::policy {
namespace {

constexpr std::uint32_t kMaxVariableDepth = 16;

// Does a value with this truth decide a junction's `actual`? Errors explain errors.
bool decides(const Value& operand, const Value& actual, bool absorbing) {
  if (!actual.is_bool()) return operand.is_abnormal() || !operand.is_bool();
  if (actual.as_bool() == absorbing) return operand.is_bool() && operand.as_bool() == absorbing;
  return true;
}

bool is_bool_constant(const Op& op) { return op.is_constant() && op.value().is_bool(); }

// Has a truth of its own to explain.
bool is_decision(const Op& op) {
  switch (op.code) {
    case OpCode::kNot:
    case OpCode::kAnd:
    case OpCode::kOr:
    case OpCode::kEqual:
    case OpCode::kNotEqual:
    case OpCode::kLess:
    case OpCode::kLessEqual:
    case OpCode::kGreater:
    case OpCode::kGreaterEqual:
    case OpCode::kIn:
    case OpCode::kInSet:
    case OpCode::kMatches:
    case OpCode::kAll:
    case OpCode::kExists:
    case OpCode::kExistsOne:
    case OpCode::kHas:
      return true;
    default:
      return false;
  }
}

bool is_empty_list_constant(const Op& op) {
  return op.is_constant() && op.value().is_list() && op.value().count() == 0;
}

}  // namespace

Explainer::Explainer(const Program& program, Evaluator& evaluator, Findings& findings,
                     std::uint32_t depth)
    : program_(program),
      evaluator_(evaluator),
      findings_(findings),
      bindings_(evaluator.context().arena().make_array<Binding>(program.code().locals)),
      depth_(depth) {}

bool Explainer::stop() { return evaluator_.context().exhausted(); }

void Explainer::emit(const Op& op, const Value& actual, const Facts& facts) {
  if (findings_.full()) {
    ++findings_.more;
    return;
  }
  findings_.failures.add({.elements = findings_.elements.copy(),
                          .facts = facts,
                          .error = actual.is_error() ? actual : Value(),
                          .expr_id = op.expr_id,
                          .program = &program_});
}

void Explainer::explain(const Op& op, const Value& actual, Facts& facts) {
  switch (op.code) {
    case OpCode::kConstant:
    case OpCode::kFail:
      return;
    case OpCode::kNot:
      return explain(op.arg(0), evaluator_.eval(op.arg(0)), facts);
    case OpCode::kAnd:
      return junction(op, actual, false, facts);
    case OpCode::kOr:
      return junction(op, actual, true, facts);
    case OpCode::kConditional:
      return conditional(op, actual, facts);
    case OpCode::kEqual:
    case OpCode::kNotEqual:
      return comparison(op, facts);
    case OpCode::kAll:
    case OpCode::kExists:
    case OpCode::kExistsOne:
      return quantifier(op, actual, facts);
    case OpCode::kVariable:
      return variable(op, actual, Use::kValue, facts);
    case OpCode::kLocal:
      if (const Op* init = binding(op.index).init; init != nullptr) {
        return explain(*init, actual, facts);
      }
      return chain(op, facts);
    case OpCode::kBlockLocal:
      return explain(op.arg(0), actual, facts);
    case OpCode::kLet:
    case OpCode::kBlock:
      return let(op, actual, facts);
    default:
      return collect(op, Use::kValue, facts);
  }
}

void Explainer::collect(const Op& op, Use use, Facts& facts) {
  if (is_decision(op)) {
    if (op.code == OpCode::kHas) return chain(op, facts);
    if (op.code >= OpCode::kLess && op.code <= OpCode::kGreaterEqual) {
      for (const Op* arg : op.arguments()) collect(*arg, Use::kValue, facts);
      return;
    }
    if (op.code == OpCode::kIn || op.code == OpCode::kInSet || op.code == OpCode::kMatches) {
      for (const Op* arg : op.arguments()) collect(*arg, Use::kValue, facts);
      return;
    }
    return explain(op, evaluator_.eval(op), facts);
  }
  switch (op.code) {
    case OpCode::kConstant:
    case OpCode::kFail:
      return;
    case OpCode::kPath:
    case OpCode::kIndex:
    case OpCode::kOptionalSelect:
    case OpCode::kOptionalIndex:
      return chain(op, facts);
    case OpCode::kVariable:
      return variable(op, evaluator_.variable(op.index), use, facts);
    case OpCode::kLocal:
      if (const Op* init = binding(op.index).init; init != nullptr) {
        return collect(*init, use, facts);
      }
      return chain(op, facts);
    case OpCode::kBlockLocal:
      return collect(op.arg(0), use, facts);
    case OpCode::kConditional: {
      const Value condition = evaluator_.eval(op.arg(0));
      explain(op.arg(0), condition, facts);
      if (condition.is_bool()) collect(op.arg(condition.as_bool() ? 1 : 2), use, facts);
      return;
    }
    case OpCode::kCollect:
    case OpCode::kCollectMap:
      return collected_elements(op, use, facts);
    case OpCode::kLet:
    case OpCode::kBlock:
      return let(op, Value(), facts);
    case OpCode::kCall:
      return call(op, facts);
    case OpCode::kFold:
      return collect(*op.fold().range, Use::kValue, facts);
    default:
      for (const Op* arg : op.arguments()) collect(*arg, use, facts);
  }
}

// Every operand that decided. Where the failures of elements come out of one, what was read in the
// others belongs with each of them: it is the way out that was not taken either.
void Explainer::junction(const Op& op, const Value& actual, bool absorbing, Facts& facts) {
  const bool each_decides = actual.is_bool() && actual.as_bool() == absorbing;
  const bool split = each_decides && findings_.elements.empty();
  const std::size_t before = findings_.failures.size();
  Facts operands = new_facts();
  for (const Op* operand : op.arguments()) {
    if (stop()) return;
    const Value value = evaluator_.eval(*operand);
    if (!decides(value, actual, absorbing)) continue;
    if (!split) {
      explain(*operand, value, each_decides ? facts : operands);
      continue;
    }
    Facts own = new_facts();
    explain(*operand, value, own);
    if (!own.empty()) emit(*operand, value, own);
  }
  attach(before, operands, facts);
}

void Explainer::attach(std::size_t from, Facts& alternatives, Facts& facts) {
  const std::span<Findings::Pending> failures = findings_.failures.items().subspan(from);
  for (const Fact& fact : alternatives.items()) {
    if (failures.empty()) add_fact(fact, fact.path, facts);
    for (Findings::Pending& failure : failures) add_fact(fact, fact.path, failure.facts);
  }
}

void Explainer::conditional(const Op& op, const Value& actual, Facts& facts) {
  const Value condition = evaluator_.eval(op.arg(0));
  const std::size_t before = findings_.failures.size();
  Facts read = new_facts();
  explain(op.arg(0), condition, read);
  if (condition.is_bool()) explain(op.arg(condition.as_bool() ? 1 : 2), actual, facts);
  attach(before, read, facts);
}

// x == true, x == false: why x is what it is. list == []: its items are too many.
void Explainer::comparison(const Op& op, Facts& facts) {
  for (std::size_t i = 0; i < 2; ++i) {
    const Op& constant = op.arg(i);
    const Op& other = op.arg(1 - i);
    if (is_bool_constant(constant)) {
      const Value value = evaluator_.eval(other);
      if (value.is_bool() || value.is_error()) return explain(other, value, facts);
    }
    if (is_empty_list_constant(constant)) return collect(other, Use::kCount, facts);
  }
  for (const Op* arg : op.arguments()) collect(*arg, Use::kValue, facts);
}

void Explainer::call(const Op& op, Facts& facts) {
  const Use use = op.call().name == "size" ? Use::kCount : Use::kValue;
  for (const Op* arg : op.arguments()) collect(*arg, use, facts);
}

void Explainer::let(const Op& op, const Value& actual, Facts& facts) {
  const FoldData& fold = op.fold();
  if (op.code == OpCode::kLet) {
    evaluator_.set_local(fold.accumulator, evaluator_.eval(*fold.init));
    binding(fold.accumulator) = {.name = fold.variable_name, .init = fold.init};
  } else {
    for (std::uint32_t i = 0; i < op.index; ++i) evaluator_.set_local(fold.variable + i, Value());
  }
  if (actual.is_absent()) return collect(*fold.result, Use::kValue, facts);
  explain(*fold.result, actual, facts);
}

void Explainer::bind(const FoldData& fold, const Range& range, std::uint32_t at) {
  evaluator_.bind(fold, range, at);
  binding(fold.variable) = {.name = fold.variable_name, .init = nullptr};
  if (fold.value != kNoLocal) binding(fold.value) = {.name = fold.value_name, .init = nullptr};
}

BoundElement Explainer::bound(const FoldData& fold, const Range& range, const Value& range_value,
                              std::uint32_t at) {
  const bool two = fold.value != kNoLocal;
  BoundElement element{.variable = two ? fold.value_name : fold.variable_name,
                       .value = two ? range.second(at) : range.element(at),
                       .node = nullptr,
                       .index = at,
                       .key = Value()};
  // Of a map, the entry is what is to blame, though the variable is its key.
  element.node = node_of(range.is_map() ? range_value.value_at(at) : element.value);
  if (range.is_map()) element.key = range_value.key_at(at);
  return element;
}

void Explainer::element(const Op& op, const Range& range, std::uint32_t at, const Value& value,
                        Use use) {
  const FoldData& fold = op.fold();
  const std::size_t before = findings_.failures.size();
  Facts facts = new_facts();
  explain(*fold.predicate, value, facts);
  if (use == Use::kCount && fold.transform != nullptr && !fold.identity) {
    bind(fold, range, at);
    collect(*fold.transform, Use::kValue, facts);
  }
  if (!facts.empty() || findings_.failures.size() == before) emit(*fold.predicate, value, facts);
}

void Explainer::quantifier(const Op& op, const Value& actual, Facts& facts) {
  const FoldData& fold = op.fold();
  const Value list = evaluator_.eval(*fold.range);
  if (list.is_abnormal()) return explain(*fold.range, list, facts);
  if (!list.is_list() && !list.is_map()) return collect(*fold.range, Use::kValue, facts);
  const Range range(list);
  const std::size_t before = findings_.failures.size() + findings_.more;
  // exists_one() is false for want of elements, or for too many that are true.
  const bool blame_true = op.code == OpCode::kExists || op.code == OpCode::kExistsOne;
  const bool of_elements = op.code == OpCode::kExists ? !actual.is_false() : !actual.is_true();
  for (std::uint32_t i = 0; of_elements && i < range.size() && !stop(); ++i) {
    bind(fold, range, i);
    const Value value = evaluator_.eval(*fold.predicate);
    const bool blamed =
        actual.is_bool() ? value.is_bool() && value.as_bool() == blame_true : !value.is_bool();
    if (!blamed) continue;
    if (findings_.full()) {
      ++findings_.more;
      continue;
    }
    findings_.elements.add(bound(fold, range, list, i));
    element(op, range, i, value, Use::kValue);
    findings_.elements.pop();
  }
  if (findings_.failures.size() + findings_.more == before) {
    all_elements(op, range, list, facts);
  }
}

// No element alone is to blame: the range, and what was read of its elements.
void Explainer::all_elements(const Op& op, const Range& range, const Value& range_value,
                             Facts& facts) {
  (void)range_value;
  const FoldData& fold = op.fold();
  collect(*fold.range, Use::kValue, facts);
  const std::uint32_t count = std::min(range.size(), findings_.limits.elements);
  for (std::uint32_t i = 0; i < count && facts.size() < findings_.limits.facts && !stop(); ++i) {
    bind(fold, range, i);
    if (fold.predicate == nullptr) {
      collect(*fold.transform, Use::kValue, facts);
      continue;
    }
    // Failures of elements inside are part of this one.
    const std::size_t before = findings_.failures.size();
    explain(*fold.predicate, evaluator_.eval(*fold.predicate), facts);
    while (findings_.failures.size() > before) {
      for (const Fact& fact : findings_.failures[findings_.failures.size() - 1].facts.items()) {
        add_fact(fact, fact.path, facts);
      }
      findings_.failures.pop();
    }
  }
}

// filter() and map() on the way to a value. Where the items are counted, each that passed is to
// blame.
void Explainer::collected_elements(const Op& op, Use use, Facts& facts) {
  const FoldData& fold = op.fold();
  const Value list = evaluator_.eval(*fold.range);
  if (!list.is_list() && !list.is_map()) return collect(*fold.range, Use::kValue, facts);
  const Range range(list);
  if (fold.predicate == nullptr && use == Use::kCount) return collect(*fold.range, use, facts);
  const std::size_t before = findings_.failures.size() + findings_.more;
  for (std::uint32_t i = 0; use == Use::kCount && i < range.size() && !stop(); ++i) {
    bind(fold, range, i);
    const Value value = evaluator_.eval(*fold.predicate);
    if (!value.is_true()) continue;
    if (findings_.full()) {
      ++findings_.more;
      continue;
    }
    findings_.elements.add(bound(fold, range, list, i));
    element(op, range, i, value, use);
    findings_.elements.pop();
  }
  if (findings_.failures.size() + findings_.more == before) {
    all_elements(op, range, list, facts);
  }
}

void Explainer::variable(const Op& op, const Value& actual, Use use, Facts& facts) {
  const Activation& activation = evaluator_.activation();
  const Program* inner = activation.source == nullptr || depth_ >= kMaxVariableDepth
                             ? nullptr
                             : activation.source->program(op.index);
  // A list or map that was made has elements that know their nodes; a scalar that was made has none
  // to point at.
  const bool made = !actual.has_node() && !actual.is_map() && !actual.is_optional();
  const bool follow = inner != nullptr && (actual.is_bool() || actual.is_error() ||
                                           (made && (use == Use::kCount || !actual.is_list())));
  if (!follow) return chain(op, facts);
  const std::span<Value> locals =
      evaluator_.context().arena().make_array<Value>(inner->code().locals);
  Evaluator evaluator(evaluator_.context(), activation, inner->code(), locals.data());
  Explainer explainer(*inner, evaluator, findings_, depth_ + 1);
  if (!actual.is_bool() && !actual.is_error()) {
    return explainer.collect(*inner->code().root, use, facts);
  }
  explainer.explain(*inner->code().root, actual, facts);
}

}  // namespace yagura::policy
