#pragma once

// Type inference and name resolution (cel-spec doc/langdef.md, sections "Name Resolution" and
// "Gradual Type Checking"; where it is silent, as cel-go infers). The AST is not changed: types and
// references stand beside it, by expression id.

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "core/arena.hpp"
#include "policy/check/environment.hpp"
#include "policy/check/type.hpp"
#include "policy/syntax/ast.hpp"
#include "policy/syntax/issue.hpp"

namespace yagura::policy {

enum class ReferenceKind : std::uint8_t {
  kVariable,  // name: the variable's full name
  kLocal,     // name: a comprehension's variable
  kConstant,  // value: an enum constant
  kType,      // type: a type used as a value
  kFunction,  // function, overloads; name: the full name
  kStruct,    // structure: of a struct literal
};

// What an identifier, a call, a struct literal, or a whole chain of selects (a.b.c, where the
// declared name is "a.b.c") refers to. Where a select has a reference, its target is part of the
// name and has none.
struct Reference {
  ReferenceKind kind = ReferenceKind::kVariable;
  bool namespaced = false;  // a member call whose target is part of the function's name: the target
                            // is no argument
  std::string_view name;    // in the CheckedAst's arena
  const Constant* value = nullptr;
  const Type* type = nullptr;
  const FunctionDecl* function = nullptr;
  std::span<const OverloadDecl* const>
      overloads;  // those that the argument types leave possible; one or more
  const StructDecl* structure = nullptr;
};

struct CheckedAst {
  std::shared_ptr<const Ast> ast;
  std::shared_ptr<const Environment> environment;  // keeps the declarations that are pointed to
  std::shared_ptr<const TypeTable> types;          // keeps the inferred types
  std::vector<const Type*>
      type_of;  // by id; null: no type (a namespace, an id that the tree does not have)
  std::vector<const Reference*> reference_of;  // by id; null: none
  core::Arena arena;                           // holds the references

  [[nodiscard]] const Type& type(const Expr& expr) const { return *type_of[expr.id]; }
  [[nodiscard]] const Type& result_type() const { return type(*ast->root); }
  [[nodiscard]] const Reference* reference(const Expr& expr) const { return reference_of[expr.id]; }
};

enum class CheckMode : std::uint8_t {
  kFull,
  // Resolves names but infers nothing: every type is dyn, every overload of a function stays
  // possible. What is not declared has no reference and is no issue: it becomes an error when it is
  // evaluated. For expressions that run unchecked.
  kResolveOnly,
};

struct CheckOptions {
  CheckMode mode = CheckMode::kFull;
  // false: [1, "a"] is list(dyn). true: an issue, as Kubernetes wants it.
  bool homogeneous_literals = false;
  const Type* expected = nullptr;  // what the result must be assignable to; null: anything
  std::uint32_t max_issues = 30;
};

struct CheckResult {
  std::shared_ptr<const CheckedAst> checked;  // null if there are issues
  std::vector<Issue> issues;                  // ascending by place
  explicit operator bool() const { return checked != nullptr; }
};

// Thread-safe. Time is linear in the tree, but for overloads tried per call.
[[nodiscard]] CheckResult check(std::shared_ptr<const Ast> ast,
                                std::shared_ptr<const Environment> environment,
                                const CheckOptions& options = {});

}  // namespace yagura::policy
