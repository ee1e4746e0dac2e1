#include "policy/program/program.hpp"

#include <re2/re2.h>

#include <array>
#include <new>

#include "policy/program/internal/code.hpp"
#include "policy/program/internal/compiler.hpp"
#include "policy/program/internal/evaluator.hpp"
#include "policy/program/internal/nested_evaluation.hpp"

namespace yagura::policy {
namespace {

constexpr std::size_t kInlineLocals = 16;

}  // namespace

std::uint32_t VariableSlots::add(std::string_view name) {
  const std::uint32_t next = names_.empty() ? 0 : names_.rbegin()->first + 1;
  const auto [at, added] = slots_.try_emplace(std::string(name), next);
  if (added) names_.emplace(next, name);
  return at->second;
}

std::optional<std::uint32_t> VariableSlots::find(std::string_view name) const {
  const auto found = slots_.find(std::string(name));
  if (found == slots_.end()) return std::nullopt;
  return found->second;
}

Program::Code::Code() : constants({.cost = 10'000, .memory = std::size_t{1} << 20}) {}
Program::Code::~Code() = default;

Program::Program(std::unique_ptr<const Code> code) : code_(std::move(code)) {}
Program::~Program() = default;

std::span<const std::uint32_t> Program::used_slots() const { return code_->used_slots; }
const CheckedAst& Program::checked() const { return *code_->checked; }
const VariableSlots& Program::slots() const { return *code_->slots; }

EvalResult Program::evaluate(EvalContext& context, const Activation& activation) const {
  const NestedEvaluation nested(context);
  // Only as many as there are: a Value is trivially destroyed.
  alignas(Value) std::array<std::byte, kInlineLocals * sizeof(Value)> frame;
  Value* locals = reinterpret_cast<Value*>(frame.data());
  if (code_->locals > kInlineLocals) {
    locals = context.arena().make_array<Value>(code_->locals).data();
  } else {
    for (std::uint32_t i = 0; i < code_->locals; ++i) new (locals + i) Value();
  }
  Evaluator evaluator(context, activation, *code_, locals);
  Value value = evaluator.eval(*code_->root);
  if (context.exhausted()) value = context.exhaustion();
  return {.value = value, .cost = context.cost()};
}

Result<std::shared_ptr<const Program>> compile(std::shared_ptr<const CheckedAst> checked,
                                               std::shared_ptr<const VariableSlots> slots) {
  auto code = std::make_unique<Program::Code>();
  code->checked = std::move(checked);
  code->slots = std::move(slots);
  Compiler compiler(*code->checked, *code->slots, *code);
  YAGURA_TRY(code->root, compiler.compile());
  return std::make_shared<const Program>(std::move(code));
}

}  // namespace yagura::policy
