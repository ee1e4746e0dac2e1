#include "policy/check/internal/names.hpp"

#include <algorithm>

namespace yagura::policy::internal {

const Local* Names::find_local(std::string_view name) const {
  for (std::size_t i = locals_.size(); i-- > 0;) {
    if (locals_[i].name == name) return &locals_[i];
  }
  return nullptr;
}

std::optional<ResolvedName> Names::resolve(std::string_view name) const {
  if (const Local* local = find_local(name)) {
    return ResolvedName{.kind = ReferenceKind::kLocal, .name = local->name, .type = local->type};
  }
  std::optional<ResolvedName> found;
  environment_.resolve_candidates(name, [&](std::string_view candidate) {
    if (const VariableDecl* variable = environment_.find_variable(candidate)) {
      found = {.name = variable->name, .type = variable->type};
    } else if (const Type* type = environment_.find_type_name(candidate)) {
      found = {.kind = ReferenceKind::kType, .name = type->name, .type = type};
    } else if (const ConstantDecl* constant = environment_.find_constant(candidate)) {
      found = {.kind = ReferenceKind::kConstant,
               .name = constant->name,
               .type = constant->type,
               .value = &constant->value};
    }
    return found.has_value();
  });
  return found;
}

const FunctionDecl* Names::resolve_function(std::string_view name) const {
  const FunctionDecl* found = nullptr;
  environment_.resolve_candidates(name, [&](std::string_view candidate) {
    found = environment_.find_function(candidate);
    return found != nullptr;
  });
  return found;
}

Names::ResolvedStruct Names::resolve_struct(std::string_view name) const {
  ResolvedStruct found;
  environment_.resolve_candidates(name, [&](std::string_view candidate) {
    found.declaration = environment_.find_struct(candidate);
    found.type = environment_.find_type_name(candidate);
    return found.declaration != nullptr || found.type != nullptr;
  });
  return found;
}

std::string Names::qualified_name(const Expr& expr) const {
  const Expr* root = &expr;
  std::size_t length = 0;
  for (; root->kind == ExprKind::kSelect && !root->test_only; root = root->target) {
    length += root->name.size() + 1;
  }
  if (root->kind != ExprKind::kIdent || find_local(root->name) != nullptr) return {};
  std::string name;
  name.resize(root->name.size() + length, '.');
  std::size_t end = name.size();
  for (const Expr* at = &expr; at != root; at = at->target) {
    end -= at->name.size();
    std::ranges::copy(at->name, name.begin() + static_cast<std::ptrdiff_t>(end));
    --end;
  }
  std::ranges::copy(root->name, name.begin());
  return name;
}

}  // namespace yagura::policy::internal
