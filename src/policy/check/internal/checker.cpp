#include "policy/check/internal/checker.hpp"

#include <algorithm>

#include "policy/syntax/operators.hpp"

// A bottom-up walk: each expression gets a type, in which there may still be variables (the element
// of [], the parameter of a generic function). A call tries all overloads of its style and takes
// each that the arguments may be assigned to; what several of them disagree on is dyn. At the end
// variables that nothing bound are dyn.

namespace yagura::policy::internal {

namespace {

namespace op = operators;

const Type* constant_type(ConstantKind kind) {
  switch (kind) {
    case ConstantKind::kNull:
      return &types::kNull;
    case ConstantKind::kBool:
      return &types::kBool;
    case ConstantKind::kInt:
      return &types::kInt;
    case ConstantKind::kUint:
      return &types::kUint;
    case ConstantKind::kDouble:
      return &types::kDouble;
    case ConstantKind::kString:
      return &types::kString;
    case ConstantKind::kBytes:
      return &types::kBytes;
  }
  return &types::kDyn;
}

// A cheap look before unification, which makes types: may a value of type `from` be an argument for
// `to`?
bool may_fit(const Type* from, const Type* to) {
  const auto open = [](const Type* type) {
    return is_dynamic(type) || type->is(TypeKind::kNull) || type->is(TypeKind::kVariable) ||
           type->is(TypeKind::kParameter);
  };
  if (open(from) || open(to)) return true;
  if (from->is(TypeKind::kWrapper)) from = from->parameters[0];
  if (to->is(TypeKind::kWrapper)) to = to->parameters[0];
  if (from->kind != to->kind) return false;
  return !from->is(TypeKind::kOpaque) || from->name == to->name;
}

// "(int, string)", or "string.(int)" of a member call.
std::string argument_list(std::span<const Type* const> arguments, bool member) {
  std::string out;
  if (member) {
    out += to_string(*arguments.front()) + ".";
    arguments = arguments.subspan(1);
  }
  out += '(';
  for (const Type* argument : arguments) {
    if (out.back() != '(') out += ", ";
    out += to_string(*argument);
  }
  return out + ")";
}

}  // namespace

Checker::Checker(CheckedAst& checked, TypeTable& types, const CheckOptions& options,
                 std::vector<Issue>& issues)
    : checked_(checked),
      types_(types),
      options_(options),
      issues_(issues),
      environment_(*checked.environment),
      names_(environment_),
      inference_(types) {}

void Checker::run() {
  check(checked_.ast->root);
  if (inference_.exhausted()) {
    report(checked_.ast->root, {"the types of the expression are too complex"});
    return;
  }
  if (options_.expected != nullptr) expect(checked_.ast->root, types_.import(options_.expected));
  for (const Type*& type : checked_.type_of) {
    if (type != nullptr) type = inference_.substitute(type, true);
  }
}

void Checker::report(const Expr* expr, std::initializer_list<std::string_view> message) {
  if (issues_.size() >= options_.max_issues) return;
  Issue issue = {.offset = expr->offset};
  for (const std::string_view part : message) issue.message += part;
  issues_.push_back(std::move(issue));
}

void Checker::undeclared(const Expr* expr, std::string_view name) {
  report(expr, {"undeclared reference to '", name.substr(name.starts_with('.') ? 1 : 0),
                "' (in container '", environment_.container(), "')"});
}

void Checker::mismatch(const Expr* expr, const Type* wanted, const Type* found) {
  report(expr, {"expected type '", to_string(*inference_.substitute(wanted, true)), "' but found '",
                to_string(*inference_.substitute(found, true)), "'"});
}

void Checker::expect(const Expr* expr, const Type* wanted) {
  if (!inference_.assignable(wanted, type_of(expr))) mismatch(expr, wanted, type_of(expr));
}

Reference& Checker::add_reference(std::uint32_t id, ReferenceKind kind, std::string_view name) {
  Reference* reference = checked_.arena.make<Reference>();
  reference->kind = kind;
  reference->name = checked_.arena.copy(name);
  checked_.reference_of[id] = reference;
  return *reference;
}

void Checker::check(const Expr* expr) {
  if (inference_.exhausted()) return set_type(expr, &types::kError);
  switch (expr->kind) {
    case ExprKind::kConstant:
      return check_constant(expr);
    case ExprKind::kIdent:
      return check_ident(expr);
    case ExprKind::kSelect:
      return check_select(expr);
    case ExprKind::kCall:
      return check_call(expr);
    case ExprKind::kList:
      return check_list(expr);
    case ExprKind::kMap:
      return check_map(expr);
    case ExprKind::kStruct:
      return check_struct(expr);
    case ExprKind::kComprehension:
      return check_comprehension(expr);
  }
}

void Checker::check_constant(const Expr* expr) {
  set_type(expr, constant_type(expr->constant.kind));
}

void Checker::refer(const Expr* expr, const ResolvedName& resolved) {
  Reference& reference = add_reference(expr->id, resolved.kind, resolved.name);
  reference.value = resolved.value;
  if (resolved.kind == ReferenceKind::kType) {
    reference.type = resolved.type;
    set_type(expr, types_.type_of(resolved.type));
  } else {
    set_type(expr, resolved.type);
  }
}

void Checker::check_ident(const Expr* expr) {
  if (const auto resolved = names_.resolve(expr->name)) return refer(expr, *resolved);
  undeclared(expr, expr->name);
  set_type(expr, &types::kError);
}

void Checker::check_select(const Expr* expr) {
  if (!expr->test_only) {
    const std::string name = names_.qualified_name(*expr);
    if (!name.empty()) {
      if (const auto resolved = names_.resolve(name)) return refer(expr, *resolved);
    }
  }
  check(expr->target);
  const Type* field = field_of(expr, type_of(expr->target), expr->name, false);
  set_type(expr, expr->test_only ? &types::kBool : field);
}

const Type* Checker::field_of(const Expr* place, const Type* operand, std::string_view field,
                              bool optional) {
  const Type* target = inference_.substitute(operand, false);
  if (target->is_optional()) {
    optional = true;
    target = inference_.substitute(target->parameters[0], false);
  }
  const Type* result = &types::kDyn;
  if (target->is(TypeKind::kMap)) {
    result = target->parameters[1];
  } else if (target->is(TypeKind::kStruct)) {
    result = field_type(place, target->name, field);
  } else if (target->is(TypeKind::kVariable)) {
    // Nothing is known of it; it must not become something specific later.
    static_cast<void>(inference_.assignable(&types::kDyn, target));
  } else if (!is_dynamic(target)) {
    report(place, {"type '", to_string(*target), "' does not support field selection"});
    result = &types::kError;
  }
  return optional ? types_.optional(result) : result;
}

const Type* Checker::field_type(const Expr* place, std::string_view structure,
                                std::string_view field) {
  const StructDecl* declaration = environment_.find_struct(structure);
  if (declaration == nullptr) return &types::kDyn;
  if (const FieldDecl* found = declaration->find(field)) return found->type;
  report(place, {"undefined field '", field, "'"});
  return &types::kError;
}

void Checker::check_call(const Expr* expr) {
  if (expr->target != nullptr) return check_member_call(expr);
  if (expr->name == op::kOptSelect) return check_optional_select(expr);
  if (expr->name == op::kBlock && check_block(expr)) return;
  for (const Expr* arg : expr->args) check(arg);
  if (const FunctionDecl* function = names_.resolve_function(expr->name)) {
    return resolve_call(expr, *function, nullptr, false);
  }
  undeclared(expr, expr->name);
  set_type(expr, &types::kError);
}

void Checker::check_member_call(const Expr* expr) {
  for (const Expr* arg : expr->args) check(arg);
  const std::string prefix = names_.qualified_name(*expr->target);
  if (!prefix.empty()) {
    if (const FunctionDecl* function =
            names_.resolve_function(prefix + "." + std::string(expr->name))) {
      return resolve_call(expr, *function, nullptr, true);
    }
  }
  check(expr->target);
  const FunctionDecl* function = environment_.find_function(expr->name);
  if (function != nullptr) return resolve_call(expr, *function, expr->target, false);
  undeclared(expr, expr->name);
  set_type(expr, &types::kError);
}

void Checker::resolve_call(const Expr* expr, const FunctionDecl& function, const Expr* receiver,
                           bool namespaced) {
  std::vector<const Type*> arguments;
  arguments.reserve(expr->args.size() + 1);
  if (receiver != nullptr) arguments.push_back(known_type_of(receiver));
  for (const Expr* arg : expr->args) arguments.push_back(known_type_of(arg));
  std::vector<const OverloadDecl*> fitting;
  const bool member = receiver != nullptr;
  const Type* result = try_overloads(function, member, arguments, fitting);
  if (result == nullptr) {
    report_no_overload(expr, function, member, std::move(arguments));
    result = &types::kError;
  }
  set_type(expr, result);
  Reference& reference = add_reference(expr->id, ReferenceKind::kFunction, function.name);
  reference.namespaced = namespaced;
  reference.function = &function;
  reference.overloads = checked_.arena.copy(std::span<const OverloadDecl* const>(fitting));
}

const Type* Checker::try_overloads(const FunctionDecl& function, bool member,
                                   std::span<const Type* const> arguments,
                                   std::vector<const OverloadDecl*>& fitting) {
  const Type* result = nullptr;
  for (const OverloadDecl& overload : function.overloads) {
    const Type* one = nullptr;
    if (overload.member != member || !try_overload(overload, arguments, one)) continue;
    fitting.push_back(&overload);
    if (result == nullptr) {
      result = one;
    } else if (one != result) {
      result = &types::kDyn;
    }
  }
  return result;
}

bool Checker::try_overload(const OverloadDecl& overload, std::span<const Type* const> arguments,
                           const Type*& result) {
  if (overload.parameters.size() != arguments.size()) return false;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (!may_fit(arguments[i], overload.parameters[i])) return false;
  }
  bindings_.clear();
  parameters_.clear();
  for (const Type* parameter : overload.parameters) {
    parameters_.push_back(inference_.instantiate(parameter, bindings_));
  }
  const Type* wanted = inference_.instantiate(overload.result, bindings_);
  if (!inference_.all_assignable(arguments, parameters_)) return false;
  result = inference_.substitute(wanted, false);
  return true;
}

void Checker::report_no_overload(const Expr* expr, const FunctionDecl& function, bool member,
                                 std::vector<const Type*> arguments) {
  for (const Type*& argument : arguments) argument = inference_.substitute(argument, true);
  report(expr, {"found no matching overload for '", function.name, "' applied to '",
                argument_list(arguments, member), "'"});
}

void Checker::check_optional_select(const Expr* expr) {
  check(expr->args[0]);
  check(expr->args[1]);
  const Expr* field = expr->args[1];
  if (field->kind != ExprKind::kConstant || field->constant.kind != ConstantKind::kString) {
    report(field, {"unsupported optional field selection"});
    set_type(expr, &types::kError);
    return;
  }
  set_type(expr, field_of(expr, type_of(expr->args[0]), field->constant.text, true));
  if (const FunctionDecl* function = environment_.find_function(op::kOptSelect)) {
    Reference& reference = add_reference(expr->id, ReferenceKind::kFunction, function->name);
    reference.function = function;
    std::vector<const OverloadDecl*> overloads;
    overloads.reserve(function->overloads.size());
    for (const OverloadDecl& overload : function->overloads) overloads.push_back(&overload);
    reference.overloads = checked_.arena.copy(std::span<const OverloadDecl* const>(overloads));
  } else {
    undeclared(expr, op::kOptSelect);
  }
}

bool Checker::check_block(const Expr* expr) {
  if (expr->args.size() != 2 || expr->args[0]->kind != ExprKind::kList) return false;
  const FunctionDecl* function = environment_.find_function(op::kBlock);
  if (function == nullptr) return false;
  std::size_t count = 0;
  for (const Expr* item : expr->args[0]->args) {
    check(item);
    names_.push(checked_.arena.copy("@index" + std::to_string(count++)), type_of(item));
  }
  set_type(expr->args[0], types_.list(&types::kDyn));
  check(expr->args[1]);
  while (count-- > 0) names_.pop();
  set_type(expr, type_of(expr->args[1]));
  Reference& reference = add_reference(expr->id, ReferenceKind::kFunction, function->name);
  reference.function = function;
  std::vector<const OverloadDecl*> overloads;
  overloads.reserve(function->overloads.size());
  for (const OverloadDecl& overload : function->overloads) overloads.push_back(&overload);
  reference.overloads = checked_.arena.copy(std::span<const OverloadDecl* const>(overloads));
  return true;
}

// The type of a list's elements (a map's keys, values) with one more; null before is none yet.
const Type* Checker::join(const Expr* place, const Type* before, const Type* next) {
  if (before == nullptr) return next;
  if (inference_.assignable(before, next)) return inference_.most_general(before, next);
  if (!options_.homogeneous_literals) return &types::kDyn;
  mismatch(place, before, next);
  return &types::kError;
}

// Of an element written [?e].
const Type* Checker::unwrap_optional(const Expr* place, const Type* type) {
  const Type* known = inference_.substitute(type, false);
  if (known->is_optional()) return known->parameters[0];
  if (!is_dynamic(known)) mismatch(place, types_.optional(known), known);
  return known;
}

void Checker::check_list(const Expr* expr) {
  const Type* element = nullptr;
  auto next_optional = expr->optional_indices.begin();
  for (std::size_t i = 0; i < expr->args.size(); ++i) {
    const Expr* item = expr->args[i];
    check(item);
    const Type* type = type_of(item);
    if (next_optional != expr->optional_indices.end() && *next_optional == i) {
      type = unwrap_optional(item, type);
      ++next_optional;
    }
    element = join(item, element, type);
  }
  set_type(expr, types_.list(element != nullptr ? element : inference_.fresh()));
}

void Checker::check_map(const Expr* expr) {
  const Type* key = nullptr;
  const Type* value = nullptr;
  for (const Entry& entry : expr->entries) {
    check(entry.key);
    key = join(entry.key, key, type_of(entry.key));
    check(entry.value);
    const Type* type = type_of(entry.value);
    if (entry.optional) type = unwrap_optional(entry.value, type);
    value = join(entry.value, value, type);
  }
  if (key == nullptr) {
    key = inference_.fresh();
    value = inference_.fresh();
  }
  set_type(expr, types_.map(key, value));
}

void Checker::check_struct(const Expr* expr) {
  const Names::ResolvedStruct found = names_.resolve_struct(expr->name);
  if (found.declaration == nullptr) {
    if (found.type != nullptr) {
      report(expr, {"'", to_string(*found.type), "' is not a message type"});
    } else {
      undeclared(expr, expr->name);
    }
    for (const Entry& entry : expr->entries) check(entry.value);
    set_type(expr, &types::kError);
    return;
  }
  Reference& reference = add_reference(expr->id, ReferenceKind::kStruct, found.declaration->name);
  reference.structure = found.declaration;
  set_type(expr, found.declaration->literal_type);
  for (const Entry& entry : expr->entries) {
    check(entry.value);
    if (const FieldDecl* field = found.declaration->find(entry.field)) {
      check_field_value(entry, field->type);
    } else {
      report(entry.value, {"undefined field '", entry.field, "'"});
    }
  }
}

void Checker::check_field_value(const Entry& entry, const Type* expected) {
  const Type* type = type_of(entry.value);
  if (entry.optional) type = unwrap_optional(entry.value, type);
  if (inference_.assignable(expected, type)) return;
  report(entry.value,
         {"expected type of field '", entry.field, "' is '", to_string(*expected),
          "' but provided type is '", to_string(*inference_.substitute(type, true)), "'"});
}

Checker::LoopTypes Checker::loop_types(const Expr* range, bool two_variables) {
  const Type* type = known_type_of(range);
  switch (type->kind) {
    case TypeKind::kList:
      if (two_variables) return {.first = &types::kInt, .second = type->parameters[0]};
      return {.first = type->parameters[0]};
    case TypeKind::kMap:
      return {.first = type->parameters[0], .second = type->parameters[1]};
    case TypeKind::kVariable:
      static_cast<void>(inference_.assignable(&types::kDyn, type));
      return {.first = &types::kDyn, .second = &types::kDyn};
    case TypeKind::kDyn:
    case TypeKind::kAny:
    case TypeKind::kError:
      return {.first = &types::kDyn, .second = &types::kDyn};
    default:
      report(range, {"expression of type '", to_string(*type),
                     "' cannot be range of a comprehension (must be list, map, or dynamic)"});
      return {.first = &types::kError, .second = &types::kError};
  }
}

void Checker::check_comprehension(const Expr* expr) {
  const Comprehension& c = *expr->comprehension;
  const bool two_variables = !c.iter_var2.empty();
  check(c.range);
  check(c.init);
  const LoopTypes loop = loop_types(c.range, two_variables);
  const Type* accumulator = type_of(c.init);
  names_.push(c.accu_var, accumulator);
  names_.push(c.iter_var, loop.first);
  if (two_variables) names_.push(c.iter_var2, loop.second);
  check(c.condition);
  expect(c.condition, &types::kBool);
  check(c.step);
  expect(c.step, accumulator);
  names_.pop();
  if (two_variables) names_.pop();
  check(c.result);
  names_.pop();
  set_type(expr, known_type_of(c.result));
}

}  // namespace yagura::policy::internal
