#include "policy/syntax/internal/expr_factory.hpp"

#include <algorithm>
#include <vector>

namespace yagura::policy::internal {

namespace {

std::size_t height_of(const Expr* expr) { return expr == nullptr ? 0 : expr->height; }

std::size_t highest(std::span<const Expr* const> exprs) {
  std::size_t height = 0;
  for (const Expr* expr : exprs) height = std::max(height, height_of(expr));
  return height;
}

std::size_t highest(std::span<const Entry> entries) {
  std::size_t height = 0;
  for (const Entry& entry : entries) {
    height = std::max({height, height_of(entry.key), height_of(entry.value)});
  }
  return height;
}

}  // namespace

Expr* ExprFactory::make(ExprKind kind, std::uint32_t offset) {
  Expr* expr = arena().make<Expr>();
  expr->id = next_id();
  expr->offset = offset;
  expr->kind = kind;
  return expr;
}

const Expr* ExprFactory::finish(Expr* expr, std::size_t height_below) {
  if (height_below >= kMaxExprHeight) {
    too_high_ = true;
    height_below = kMaxExprHeight - 1;
  }
  expr->height = static_cast<std::uint16_t>(height_below + 1);
  return expr;
}

const Expr* ExprFactory::constant(std::uint32_t offset, const Constant& value) {
  Expr* expr = make(ExprKind::kConstant, offset);
  expr->constant = value;
  return expr;
}

const Expr* ExprFactory::boolean(std::uint32_t offset, bool value) {
  return constant(offset, {.kind = ConstantKind::kBool, .truth = value});
}

const Expr* ExprFactory::integer(std::uint32_t offset, std::int64_t value) {
  return constant(offset, {.kind = ConstantKind::kInt, .integer = value});
}

const Expr* ExprFactory::string(std::uint32_t offset, std::string_view text) {
  return constant(offset, {.kind = ConstantKind::kString, .text = text});
}

const Expr* ExprFactory::ident(std::uint32_t offset, std::string_view name) {
  Expr* expr = make(ExprKind::kIdent, offset);
  expr->name = name;
  return expr;
}

const Expr* ExprFactory::select(std::uint32_t offset, const Expr* target, std::string_view field,
                                bool test_only) {
  Expr* expr = make(ExprKind::kSelect, offset);
  expr->name = field;
  expr->target = target;
  expr->test_only = test_only;
  return finish(expr, height_of(target));
}

const Expr* ExprFactory::call(std::uint32_t offset, std::string_view name, Exprs args,
                              const Expr* target) {
  Expr* expr = make(ExprKind::kCall, offset);
  expr->name = name;
  expr->target = target;
  expr->args = arena().copy(args);
  return finish(expr, std::max(height_of(target), highest(args)));
}

const Expr* ExprFactory::list(std::uint32_t offset, Exprs items,
                              std::span<const std::uint32_t> optional_indices) {
  Expr* expr = make(ExprKind::kList, offset);
  expr->args = arena().copy(items);
  expr->optional_indices = arena().copy(optional_indices);
  return finish(expr, highest(items));
}

const Expr* ExprFactory::map(std::uint32_t offset, std::span<const Entry> entries) {
  Expr* expr = make(ExprKind::kMap, offset);
  expr->entries = arena().copy(entries);
  return finish(expr, highest(entries));
}

const Expr* ExprFactory::structure(std::uint32_t offset, std::string_view name,
                                   std::span<const Entry> entries) {
  Expr* expr = make(ExprKind::kStruct, offset);
  expr->name = name;
  expr->entries = arena().copy(entries);
  return finish(expr, highest(entries));
}

const Expr* ExprFactory::comprehension(std::uint32_t offset, const Comprehension& comprehension) {
  Expr* expr = make(ExprKind::kComprehension, offset);
  expr->comprehension = arena().make<Comprehension>(comprehension);
  const Comprehension& c = comprehension;
  return finish(expr, std::max({height_of(c.range), height_of(c.init), height_of(c.condition),
                                height_of(c.step), height_of(c.result)}));
}

std::span<const Entry> ExprFactory::copy_entries(std::span<const Entry> entries) {
  const std::span<Entry> copies = arena().copy(entries);
  for (Entry& entry : copies) {
    entry.id = next_id();
    if (entry.key != nullptr) entry.key = copy(entry.key);
    entry.value = copy(entry.value);
  }
  return copies;
}

const Expr* ExprFactory::copy_comprehension(const Expr* expr) {
  Comprehension c = *expr->comprehension;
  c.range = copy(c.range);
  c.init = copy(c.init);
  c.condition = copy(c.condition);
  c.step = copy(c.step);
  c.result = copy(c.result);
  return comprehension(expr->offset, c);
}

const Expr* ExprFactory::copy(const Expr* expr) {
  if (too_many_nodes()) return expr;
  const Expr* result = nullptr;
  if (expr->kind == ExprKind::kComprehension) {
    result = copy_comprehension(expr);
  } else {
    Expr* copied = arena().make<Expr>(*expr);
    copied->id = next_id();
    if (expr->target != nullptr) copied->target = copy(expr->target);
    const std::span<const Expr*> args = arena().copy(expr->args);
    for (const Expr*& arg : args) arg = copy(arg);
    copied->args = args;
    copied->entries = copy_entries(expr->entries);
    result = copied;
  }
  if (const auto macro = macro_of_id_.find(expr->id); macro != macro_of_id_.end()) {
    MacroCall call = ast_.macro_calls[macro->second];
    call.id = result->id;
    macro_of_id_.emplace(call.id, ast_.macro_calls.size());
    ast_.macro_calls.push_back(call);
  }
  return result;
}

void ExprFactory::record_macro(const Expr* root, std::string_view name, const Expr* target,
                               Exprs args, std::uint32_t offset) {
  Expr* call = arena().make<Expr>();
  call->offset = offset;
  call->kind = ExprKind::kCall;
  call->name = name;
  call->target = target;
  call->args = arena().copy(args);
  call->height = static_cast<std::uint16_t>(std::max(height_of(target), highest(args)) + 1);
  macro_of_id_.emplace(root->id, ast_.macro_calls.size());
  ast_.macro_calls.push_back({.id = root->id, .name = name, .call = call});
}

}  // namespace yagura::policy::internal
