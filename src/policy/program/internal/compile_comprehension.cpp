// The compiler's part for what binds names: comprehensions, cel.bind, cel.block.

#include <fmt/format.h>

#include <algorithm>

#include "policy/program/internal/compiler.hpp"
#include "policy/syntax/operators.hpp"

namespace yagura::policy {
namespace {

OpCode code_of(ShapeKind kind) {
  switch (kind) {
    case ShapeKind::kAll:
      return OpCode::kAll;
    case ShapeKind::kExists:
      return OpCode::kExists;
    case ShapeKind::kExistsOne:
      return OpCode::kExistsOne;
    case ShapeKind::kList:
      return OpCode::kCollect;
    case ShapeKind::kMap:
    case ShapeKind::kMapEntries:
      return OpCode::kCollectMap;
    default:
      return OpCode::kFold;
  }
}

}  // namespace

const Op* Compiler::comprehension(const Expr& expr) {
  const Shape shape = recognise(*expr.comprehension);
  return shape.kind == ShapeKind::kBind ? let(expr) : fold(expr, shape);
}

const Op* Compiler::fold(const Expr& expr, const Shape& shape) {
  const Comprehension& source = *expr.comprehension;
  FoldData* data = code_.arena.make<FoldData>();
  data->range = compile(*source.range);
  if (shape.kind == ShapeKind::kOther) data->init = compile(*source.init);

  const std::size_t outer = locals_.size();
  if (shape.kind == ShapeKind::kOther) data->accumulator = push_local(source.accu_var);
  const std::size_t with_accumulator = locals_.size();
  data->variable = push_local(source.iter_var);
  data->variable_name = code_.arena.copy(source.iter_var);
  if (!source.iter_var2.empty()) {
    data->value = push_local(source.iter_var2);
    data->value_name = code_.arena.copy(source.iter_var2);
  }
  if (shape.predicate != nullptr) data->predicate = compile(*shape.predicate);
  if (shape.transform != nullptr) {
    data->transform = compile(*shape.transform);
    data->identity =
        data->transform->code == OpCode::kLocal &&
        data->transform->index == (data->value == kNoLocal ? data->variable : data->value);
  }
  data->entries = shape.kind == ShapeKind::kMapEntries;
  if (shape.kind == ShapeKind::kOther) {
    data->condition = compile(*source.condition);
    data->step = compile(*source.step);
    pop_locals(with_accumulator);
    data->result = compile(*source.result);
  }
  pop_locals(outer);
  Op* op = make(code_of(shape.kind), expr);
  op->data = data;
  return op;
}

const Op* Compiler::let(const Expr& expr) {
  const Comprehension& source = *expr.comprehension;
  FoldData* data = code_.arena.make<FoldData>();
  data->init = compile(*source.init);
  const std::size_t outer = locals_.size();
  data->accumulator = push_local(source.accu_var);
  data->variable_name = code_.arena.copy(source.accu_var);
  data->result = compile(*source.result);
  pop_locals(outer);
  Op* op = make(OpCode::kLet, expr);
  op->data = data;
  return op;
}

// cel.@block([e0, e1, …], result): @index0, @index1, … are the elements, evaluated at first use;
// each may use those before it. First use may be inside any comprehension of the block, so each
// element's own variables get places in the frame that nothing else of the block has.
const Op* Compiler::block(const Expr& expr) {
  FoldData* data = code_.arena.make<FoldData>();
  const std::size_t outer = locals_.size();
  const std::uint32_t base = next_local_;
  data->variable = base;
  const std::span<const Expr* const> bindings = expr.args[0]->args;
  next_local_ += static_cast<std::uint32_t>(bindings.size());
  code_.locals = std::max(code_.locals, next_local_);
  for (std::size_t i = 0; i < bindings.size(); ++i) {
    next_local_ = code_.locals;
    const Op* binding = compile(*bindings[i]);
    locals_.push_back({.name = code_.arena.copy(fmt::format("@index{}", i)),
                       .index = base + static_cast<std::uint32_t>(i),
                       .binding = binding});
  }
  next_local_ = code_.locals;
  data->result = compile(*expr.args[1]);
  locals_.resize(outer);
  next_local_ = base;
  Op* op = make(OpCode::kBlock, expr);
  op->index = static_cast<std::uint32_t>(bindings.size());
  op->data = data;
  return op;
}

}  // namespace yagura::policy
