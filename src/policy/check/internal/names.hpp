#pragma once

// Name resolution (langdef.md, "Name Resolution"): what an identifier or a.b.c stands for. Private
// to the checker.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/check/check.hpp"
#include "policy/check/environment.hpp"

namespace yagura::policy::internal {

struct Local {
  std::string_view name;
  const Type* type = nullptr;
};

struct ResolvedName {
  ReferenceKind kind = ReferenceKind::kVariable;  // kVariable, kLocal, kConstant, kType
  std::string_view name;                          // of the declaration
  const Type* type = nullptr;                     // of the value; kType: what the name denotes
  const Constant* value = nullptr;
};

// The comprehensions' variables in scope over an environment.
class Names {
 public:
  explicit Names(const Environment& environment) : environment_(environment) {}

  void push(std::string_view name, const Type* type) { locals_.push_back({name, type}); }
  void pop() { locals_.pop_back(); }
  [[nodiscard]] const Local* find_local(std::string_view name) const;

  // A simple or qualified name as written, maybe with a leading dot; locals are found by simple
  // names only.
  [[nodiscard]] std::optional<ResolvedName> resolve(std::string_view name) const;
  [[nodiscard]] const FunctionDecl* resolve_function(std::string_view name) const;
  struct ResolvedStruct {
    const StructDecl* declaration = nullptr;
    const Type* type = nullptr;  // set without a declaration: the name is some other type
  };
  [[nodiscard]] ResolvedStruct resolve_struct(std::string_view name) const;

  // "a.b.c" where the expression is a chain of selects on an identifier that is no local variable;
  // else empty.
  [[nodiscard]] std::string qualified_name(const Expr& expr) const;

 private:
  const Environment& environment_;
  std::vector<Local> locals_;
};

}  // namespace yagura::policy::internal
