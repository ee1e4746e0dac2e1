#include "policy/check/internal/resolver.hpp"

#include "policy/syntax/operators.hpp"

namespace yagura::policy::internal {

Reference& Resolver::add_reference(const Expr* expr, ReferenceKind kind, std::string_view name) {
  Reference* reference = checked_.arena.make<Reference>();
  reference->kind = kind;
  reference->name = checked_.arena.copy(name);
  checked_.reference_of[expr->id] = reference;
  return *reference;
}

bool Resolver::refer_to_name(const Expr* expr, std::string_view name) {
  const auto resolved = names_.resolve(name);
  if (!resolved) return false;
  Reference& reference = add_reference(expr, resolved->kind, resolved->name);
  reference.value = resolved->value;
  if (resolved->kind == ReferenceKind::kType) reference.type = resolved->type;
  return true;
}

void Resolver::refer_to_function(const Expr* expr, const FunctionDecl* function, bool member,
                                 bool namespaced) {
  Reference& reference = add_reference(expr, ReferenceKind::kFunction, function->name);
  reference.namespaced = namespaced;
  reference.function = function;
  std::vector<const OverloadDecl*> overloads;
  for (const OverloadDecl& overload : function->overloads) {
    if (overload.member == member) overloads.push_back(&overload);
  }
  reference.overloads = checked_.arena.copy(std::span<const OverloadDecl* const>(overloads));
}

void Resolver::visit(const Expr* expr) {
  checked_.type_of[expr->id] = &types::kDyn;
  switch (expr->kind) {
    case ExprKind::kConstant:
      break;
    case ExprKind::kIdent:
      static_cast<void>(refer_to_name(expr, expr->name));
      break;
    case ExprKind::kSelect:
      visit_select(expr);
      break;
    case ExprKind::kCall:
      visit_call(expr);
      break;
    case ExprKind::kList:
      for (const Expr* item : expr->args) visit(item);
      break;
    case ExprKind::kStruct: {
      const Names::ResolvedStruct found = names_.resolve_struct(expr->name);
      if (found.declaration != nullptr) {
        add_reference(expr, ReferenceKind::kStruct, found.declaration->name).structure =
            found.declaration;
      }
      [[fallthrough]];
    }
    case ExprKind::kMap:
      for (const Entry& entry : expr->entries) {
        if (entry.key != nullptr) visit(entry.key);
        visit(entry.value);
      }
      break;
    case ExprKind::kComprehension:
      visit_comprehension(*expr->comprehension);
      break;
  }
}

void Resolver::visit_select(const Expr* expr) {
  if (!expr->test_only) {
    const std::string name = names_.qualified_name(*expr);
    if (!name.empty() && refer_to_name(expr, name)) return;
  }
  visit(expr->target);
}

void Resolver::visit_call(const Expr* expr) {
  if (expr->target == nullptr) {
    if (const FunctionDecl* function = names_.resolve_function(expr->name)) {
      refer_to_function(expr, function, false, false);
    }
    if (expr->name == operators::kBlock && expr->args.size() == 2 &&
        expr->args[0]->kind == ExprKind::kList) {
      return visit_block(expr);
    }
    for (const Expr* arg : expr->args) visit(arg);
    return;
  }
  for (const Expr* arg : expr->args) visit(arg);
  const std::string prefix = names_.qualified_name(*expr->target);
  if (!prefix.empty()) {
    if (const FunctionDecl* function =
            names_.resolve_function(prefix + "." + std::string(expr->name))) {
      return refer_to_function(expr, function, false, true);
    }
  }
  visit(expr->target);
  if (const FunctionDecl* function = checked_.environment->find_function(expr->name)) {
    refer_to_function(expr, function, true, false);
  }
}

void Resolver::visit_block(const Expr* expr) {
  checked_.type_of[expr->args[0]->id] = &types::kDyn;
  std::size_t count = 0;
  for (const Expr* item : expr->args[0]->args) {
    visit(item);
    names_.push(checked_.arena.copy("@index" + std::to_string(count++)), &types::kDyn);
  }
  visit(expr->args[1]);
  while (count-- > 0) names_.pop();
}

void Resolver::visit_comprehension(const Comprehension& c) {
  visit(c.range);
  visit(c.init);
  names_.push(c.accu_var, &types::kDyn);
  names_.push(c.iter_var, &types::kDyn);
  if (!c.iter_var2.empty()) names_.push(c.iter_var2, &types::kDyn);
  visit(c.condition);
  visit(c.step);
  names_.pop();
  if (!c.iter_var2.empty()) names_.pop();
  visit(c.result);
  names_.pop();
}

}  // namespace yagura::policy::internal
