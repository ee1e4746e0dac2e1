#include "policy/program/internal/shape.hpp"

#include <algorithm>

#include "policy/syntax/operators.hpp"

namespace yagura::policy {
namespace {

bool is_identifier(const Expr* e, std::string_view name) {
  return e != nullptr && e->kind == ExprKind::kIdent && e->name == name;
}

bool is_bool(const Expr* e, bool truth) {
  return e->kind == ExprKind::kConstant && e->constant.kind == ConstantKind::kBool &&
         e->constant.truth == truth;
}

bool is_int(const Expr* e, std::int64_t number) {
  return e->kind == ExprKind::kConstant && e->constant.kind == ConstantKind::kInt &&
         e->constant.integer == number;
}

bool is_call(const Expr* e, std::string_view name, std::size_t count) {
  return e->kind == ExprKind::kCall && e->target == nullptr && e->name == name &&
         e->args.size() == count;
}

bool is_empty_list(const Expr* e) { return e->kind == ExprKind::kList && e->args.empty(); }
bool is_empty_map(const Expr* e) { return e->kind == ExprKind::kMap && e->entries.empty(); }

// cel.@mapInsert(…), which the parser may write as a member call of `cel`.
std::span<const Expr* const> map_insert_arguments(const Expr* e) {
  if (e->kind != ExprKind::kCall) return {};
  if (e->target == nullptr && e->name == operators::kMapInsert) return e->args;
  if (is_identifier(e->target, "cel") && e->name == "@mapInsert") return e->args;
  return {};
}

bool is_not_strictly_false_of(const Expr* e, std::string_view accumulator, bool negated) {
  if (!is_call(e, operators::kNotStrictlyFalse, 1)) return false;
  const Expr* inner = e->args[0];
  if (!negated) return is_identifier(inner, accumulator);
  return is_call(inner, operators::kLogicalNot, 1) && is_identifier(inner->args[0], accumulator);
}

// What a step makes of the accumulator, with the condition around it, if there is one.
struct Step {
  const Expr* predicate = nullptr;
  const Expr* taken = nullptr;
};

Step step_of(const Comprehension& c) {
  if (is_call(c.step, operators::kConditional, 3) && is_identifier(c.step->args[2], c.accu_var)) {
    return {.predicate = c.step->args[0], .taken = c.step->args[1]};
  }
  return {.predicate = nullptr, .taken = c.step};
}

Shape quantifier(const Comprehension& c) {
  const bool all = is_bool(c.init, true);
  if (!all && !is_bool(c.init, false)) return {};
  if (!is_not_strictly_false_of(c.condition, c.accu_var, !all)) return {};
  const std::string_view name = all ? operators::kLogicalAnd : operators::kLogicalOr;
  if (!is_call(c.step, name, 2) || !is_identifier(c.step->args[0], c.accu_var)) return {};
  return {.kind = all ? ShapeKind::kAll : ShapeKind::kExists, .predicate = c.step->args[1]};
}

Shape exists_one(const Comprehension& c) {
  const Step step = step_of(c);
  if (!is_int(c.init, 0) || step.predicate == nullptr) return {};
  if (!is_call(step.taken, operators::kAdd, 2) || !is_identifier(step.taken->args[0], c.accu_var) ||
      !is_int(step.taken->args[1], 1)) {
    return {};
  }
  if (!is_call(c.result, operators::kEquals, 2) || !is_identifier(c.result->args[0], c.accu_var) ||
      !is_int(c.result->args[1], 1)) {
    return {};
  }
  return {.kind = ShapeKind::kExistsOne, .predicate = step.predicate};
}

Shape list(const Comprehension& c) {
  const Step step = step_of(c);
  if (!is_call(step.taken, operators::kAdd, 2) || !is_identifier(step.taken->args[0], c.accu_var)) {
    return {};
  }
  const Expr* added = step.taken->args[1];
  if (added->kind != ExprKind::kList || added->args.size() != 1 ||
      !added->optional_indices.empty()) {
    return {};
  }
  return {.kind = ShapeKind::kList, .predicate = step.predicate, .transform = added->args[0]};
}

Shape map(const Comprehension& c) {
  const Step step = step_of(c);
  const std::span<const Expr* const> arguments = map_insert_arguments(step.taken);
  if (arguments.size() < 2 || !is_identifier(arguments[0], c.accu_var)) return {};
  if (arguments.size() == 2) {
    return {.kind = ShapeKind::kMapEntries, .predicate = step.predicate, .transform = arguments[1]};
  }
  if (arguments.size() != 3 || c.iter_var2.empty() || !is_identifier(arguments[1], c.iter_var)) {
    return {};
  }
  return {.kind = ShapeKind::kMap, .predicate = step.predicate, .transform = arguments[2]};
}

Shape recognise_form(const Comprehension& c) {
  if (is_empty_list(c.range) && is_bool(c.condition, false)) return {.kind = ShapeKind::kBind};
  if (is_bool(c.condition, true)) {
    if (is_int(c.init, 0)) return exists_one(c);
    if (!is_identifier(c.result, c.accu_var)) return {};
    if (is_empty_list(c.init)) return list(c);
    if (is_empty_map(c.init)) return map(c);
    return {};
  }
  return is_identifier(c.result, c.accu_var) ? quantifier(c) : Shape{};
}

}  // namespace

Shape recognise(const Comprehension& comprehension) {
  const Shape shape = recognise_form(comprehension);
  // An expression that looks at the accumulator itself runs step by step.
  const auto looks = [&comprehension](const Expr* e) {
    return e != nullptr && reads(*e, comprehension.accu_var);
  };
  return looks(shape.predicate) || looks(shape.transform) ? Shape{} : shape;
}

bool reads(const Expr& expr, std::string_view identifier) {
  const auto inside = [identifier](const Expr* e) { return e != nullptr && reads(*e, identifier); };
  if (expr.kind == ExprKind::kIdent) return expr.name == identifier;
  if (inside(expr.target) || std::ranges::any_of(expr.args, inside)) return true;
  for (const Entry& entry : expr.entries) {
    if (inside(entry.key) || inside(entry.value)) return true;
  }
  if (expr.comprehension == nullptr) return false;
  const Comprehension& c = *expr.comprehension;
  if (inside(c.range) || inside(c.init)) return true;
  if (c.accu_var == identifier) return false;
  if (inside(c.result)) return true;
  if (c.iter_var == identifier || c.iter_var2 == identifier) return false;
  return inside(c.condition) || inside(c.step);
}

}  // namespace yagura::policy
