#pragma once

// Compiles the expressions of many policies against one table of variable slots, so that they share
// what is the same: an expression is compiled once for all policies where its text and the meaning
// of the names in it are equal, and a variable with the same meaning has the same slot everywhere,
// so that an evaluation session computes it once.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/check/type.hpp"
#include "policy/program/program.hpp"
#include "policy/syntax/issue.hpp"

namespace yagura::policy {

// The variables that every policy has, and their slots.
enum BaseSlot : std::uint32_t {
  kObjectSlot,
  kOldObjectSlot,
  kRequestSlot,
  kParamsSlot,
  kNamespaceObjectSlot,
  kAuthorizerSlot,
  kRequestResourceSlot,
  kFirstVariableSlot,
};

// What a value depends on that may differ between the policies which judge one request.
enum Dependency : std::uint8_t { kOnParams = 1, kOnRequest = 2 };

struct SlotInfo {
  std::string name;                        // "object", "variables.containers"
  std::shared_ptr<const Program> program;  // of a composed variable
  std::uint8_t depends = 0;                // Dependency bits
  std::vector<std::uint32_t> uses;  // variable slots that it reads, through others too; ascending
  // Of the whole map `variables`, which only has(variables.x) and comparisons need.
  std::vector<std::pair<std::string, std::uint32_t>> members;
};

class ExpressionCompiler {
 public:
  ExpressionCompiler();
  ExpressionCompiler(const ExpressionCompiler&) = delete;
  ExpressionCompiler& operator=(const ExpressionCompiler&) = delete;
  ~ExpressionCompiler();

  enum class Authorizer : std::uint8_t { kHidden, kDeclared };

  // What the expressions of one policy see: its parameters, if it has any, and the variables that
  // were added so far. Scopes are shared; they live as long as the compiler.
  class Scope;
  [[nodiscard]] Scope* root_scope(bool has_params);
  // Null where there are kMaxScopes: each keeps memory in proportion to its variables.
  static constexpr std::size_t kMaxScopes = 10'000;
  [[nodiscard]] Scope* with_variable(Scope& scope, std::string_view name, std::uint32_t slot);
  // As the scope, without its variables.
  [[nodiscard]] Scope* without_variables(Scope& scope);

  struct Compiled {
    std::shared_ptr<const Program> program;  // null: `issues` say why
    const Type* type = nullptr;
    std::vector<Issue> issues;
  };
  // At most kMaxExpressions that differ: each keeps its tree, types and program, some 20 KB.
  static constexpr std::size_t kMaxExpressions = 20'000;
  [[nodiscard]] Compiled compile(std::string_view text, Scope& scope, Authorizer authorizer);
  // The slot of a composed variable with this program.
  [[nodiscard]] std::uint32_t variable_slot(std::string_view name,
                                            const std::shared_ptr<const Program>& program);

  // The variable slots that the program may read, through others too; ascending.
  [[nodiscard]] std::vector<std::uint32_t> reachable(const Program& program) const;
  [[nodiscard]] std::uint8_t dependencies(const Program& program) const;

  [[nodiscard]] const std::vector<SlotInfo>& slots() const;
  [[nodiscard]] std::vector<SlotInfo> take_slots();
  [[nodiscard]] std::size_t compiled_count() const;  // expressions that were compiled anew

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace yagura::policy
