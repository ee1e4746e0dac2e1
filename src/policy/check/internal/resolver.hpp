#pragma once

// CheckMode::kResolveOnly: names without types. Private to check().

#include "policy/check/check.hpp"
#include "policy/check/internal/names.hpp"

namespace yagura::policy::internal {

class Resolver {
 public:
  explicit Resolver(CheckedAst& checked) : checked_(checked), names_(*checked.environment) {}

  void run() { visit(checked_.ast->root); }

 private:
  void visit(const Expr* expr);
  void visit_select(const Expr* expr);
  void visit_call(const Expr* expr);
  void visit_block(const Expr* expr);
  void visit_comprehension(const Comprehension& comprehension);
  [[nodiscard]] bool refer_to_name(const Expr* expr, std::string_view name);
  void refer_to_function(const Expr* expr, const FunctionDecl* function, bool member,
                         bool namespaced);
  Reference& add_reference(const Expr* expr, ReferenceKind kind, std::string_view name);

  CheckedAst& checked_;
  Names names_;
};

}  // namespace yagura::policy::internal
