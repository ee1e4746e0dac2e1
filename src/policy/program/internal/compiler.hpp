#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "policy/program/internal/code.hpp"
#include "policy/program/internal/shape.hpp"

namespace yagura::policy {

// One use each: AST to ops.
class Compiler {
 public:
  Compiler(const CheckedAst& checked, const VariableSlots& slots, Program::Code& code)
      : checked_(checked), slots_(slots), code_(code) {}

  [[nodiscard]] Result<const Op*> compile();

 private:
  // A name that a comprehension or a block binds.
  struct Local {
    std::string_view name;
    std::uint32_t index = 0;
    const Op* binding = nullptr;  // of a block: evaluated at first use
  };

  [[nodiscard]] const Op* compile(const Expr& expr);
  [[nodiscard]] const Op* compile_kind(const Expr& expr);
  [[nodiscard]] const Op* constant(const Expr& expr);
  [[nodiscard]] const Op* identifier(const Expr& expr);
  [[nodiscard]] const Op* reference(const Expr& expr, const Reference& reference);
  [[nodiscard]] const Op* global(const Expr& expr, std::string_view name);
  [[nodiscard]] const Op* select(const Expr& expr);
  [[nodiscard]] std::optional<std::string> variable_field(const Expr& expr) const;
  [[nodiscard]] const Op* call(const Expr& expr);
  [[nodiscard]] const Op* operation(const Expr& expr);
  [[nodiscard]] const Op* function_call(const Expr& expr);
  [[nodiscard]] const Op* junction(const Expr& expr, OpCode code);
  [[nodiscard]] const Op* membership(const Expr& expr);
  [[nodiscard]] const Op* index(const Expr& expr, OpCode code);
  [[nodiscard]] const Op* list(const Expr& expr);
  [[nodiscard]] const Op* map(const Expr& expr);
  [[nodiscard]] const Op* structure(const Expr& expr);
  [[nodiscard]] const Op* comprehension(const Expr& expr);
  [[nodiscard]] const Op* fold(const Expr& expr, const Shape& shape);
  [[nodiscard]] const Op* let(const Expr& expr);
  [[nodiscard]] const Op* block(const Expr& expr);

  [[nodiscard]] const Op* path(const Op* root, std::vector<FieldStep> fields, std::uint32_t id);
  [[nodiscard]] const Op* matches(const Expr& expr, const Op* text, const Op* pattern);
  [[nodiscard]] const Op* in_set(const Expr& expr, const Op* element, const Op* constants);
  [[nodiscard]] const Op* failure(const Expr& expr, ErrorKind kind, std::string_view detail);
  [[nodiscard]] const Op* folded(const Op* op);
  [[nodiscard]] const Op* constant_op(std::uint32_t id, const Value& value, std::uint64_t cost);

  [[nodiscard]] Op* make(OpCode code, const Expr& expr, std::span<const Op* const> args = {});
  void flatten(const Expr& expr, std::string_view name, std::vector<const Op*>& operands);
  [[nodiscard]] bool sized_cost(const Expr& expr) const;
  [[nodiscard]] std::vector<const Function*> functions(const Reference& reference) const;

  std::uint32_t push_local(std::string_view name, const Op* binding = nullptr);
  void pop_locals(std::size_t to);

  const CheckedAst& checked_;
  const VariableSlots& slots_;
  Program::Code& code_;
  std::vector<Local> locals_;
  std::uint32_t next_local_ = 0;
  std::uint32_t depth_ = 0;
  bool too_deep_ = false;
};

}  // namespace yagura::policy
