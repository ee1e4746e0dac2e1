#pragma once

// One run of the type checker. Private to check().

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/check/check.hpp"
#include "policy/check/internal/inference.hpp"
#include "policy/check/internal/names.hpp"

namespace yagura::policy::internal {

class Checker {
 public:
  Checker(CheckedAst& checked, TypeTable& types, const CheckOptions& options,
          std::vector<Issue>& issues);

  // Fills the side tables of the CheckedAst.
  void run();

 private:
  void check(const Expr* expr);
  void check_constant(const Expr* expr);
  void check_ident(const Expr* expr);
  void check_select(const Expr* expr);
  void check_call(const Expr* expr);
  void check_member_call(const Expr* expr);
  void check_optional_select(const Expr* expr);
  void check_list(const Expr* expr);
  void check_map(const Expr* expr);
  void check_struct(const Expr* expr);
  void check_comprehension(const Expr* expr);
  // cel.@block([e0, e1, …], result), in which @indexN is eN; false if the call is none.
  bool check_block(const Expr* expr);

  void refer(const Expr* expr, const ResolvedName& resolved);
  void resolve_call(const Expr* expr, const FunctionDecl& function, const Expr* receiver,
                    bool namespaced);
  // The call's result by the overloads that fit; null if none does. Those are added to `fitting`.
  const Type* try_overloads(const FunctionDecl& function, bool member,
                            std::span<const Type* const> arguments,
                            std::vector<const OverloadDecl*>& fitting);
  bool try_overload(const OverloadDecl& overload, std::span<const Type* const> arguments,
                    const Type*& result);
  void report_no_overload(const Expr* expr, const FunctionDecl& function, bool member,
                          std::vector<const Type*> arguments);
  const Type* field_of(const Expr* place, const Type* operand, std::string_view field,
                       bool optional);
  const Type* field_type(const Expr* place, std::string_view structure, std::string_view field);
  const Type* join(const Expr* place, const Type* before, const Type* next);
  const Type* unwrap_optional(const Expr* place, const Type* type);
  struct LoopTypes {
    const Type* first = nullptr;
    const Type* second = nullptr;
  };
  LoopTypes loop_types(const Expr* range, bool two_variables);
  void check_field_value(const Entry& entry, const Type* expected);

  void expect(const Expr* expr, const Type* wanted);
  void set_type(const Expr* expr, const Type* type) { checked_.type_of[expr->id] = type; }
  [[nodiscard]] const Type* type_of(const Expr* expr) const { return checked_.type_of[expr->id]; }
  // What is known of its type now.
  [[nodiscard]] const Type* known_type_of(const Expr* expr) {
    return inference_.substitute(type_of(expr), false);
  }
  Reference& add_reference(std::uint32_t id, ReferenceKind kind, std::string_view name);
  void undeclared(const Expr* expr, std::string_view name);
  void mismatch(const Expr* expr, const Type* wanted, const Type* found);
  void report(const Expr* expr, std::initializer_list<std::string_view> message);

  CheckedAst& checked_;
  TypeTable& types_;
  const CheckOptions& options_;
  std::vector<Issue>& issues_;
  const Environment& environment_;
  Names names_;
  Inference inference_;
  std::vector<Inference::Binding> bindings_;  // of one instantiation
  std::vector<const Type*> parameters_;       // of one overload, instantiated
};

}  // namespace yagura::policy::internal
