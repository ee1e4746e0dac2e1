#pragma once

// Makes AST nodes: ids in order, heights, and the limits on the tree. Private to the parser.

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <unordered_map>

#include "policy/syntax/ast.hpp"

namespace yagura::policy::internal {

class ExprFactory {
 public:
  ExprFactory(Ast& ast, std::uint32_t max_nodes) : ast_(ast), max_nodes_(max_nodes) {}

  // A limit was reached: the tree is of no use, and whoever builds it should stop.
  [[nodiscard]] bool too_many_nodes() const { return ast_.max_id > max_nodes_; }
  [[nodiscard]] bool too_high() const { return too_high_; }
  [[nodiscard]] bool exhausted() const { return too_high_ || too_many_nodes(); }

  [[nodiscard]] core::Arena& arena() { return ast_.arena; }
  [[nodiscard]] std::uint32_t next_id() { return ++ast_.max_id; }

  using Exprs = std::span<const Expr* const>;
  const Expr* constant(std::uint32_t offset, const Constant& value);
  const Expr* null(std::uint32_t offset) { return constant(offset, {}); }
  const Expr* boolean(std::uint32_t offset, bool value);
  const Expr* integer(std::uint32_t offset, std::int64_t value);
  const Expr* string(std::uint32_t offset, std::string_view text);  // text must outlive the AST
  const Expr* ident(std::uint32_t offset, std::string_view name);
  const Expr* select(std::uint32_t offset, const Expr* target, std::string_view field,
                     bool test_only = false);
  const Expr* call(std::uint32_t offset, std::string_view name, Exprs args,
                   const Expr* target = nullptr);
  const Expr* call(std::uint32_t offset, std::string_view name,
                   std::initializer_list<const Expr*> args, const Expr* target = nullptr) {
    return call(offset, name, Exprs(args.begin(), args.size()), target);
  }
  const Expr* list(std::uint32_t offset, Exprs items,
                   std::span<const std::uint32_t> optional_indices = {});
  const Expr* list(std::uint32_t offset, std::initializer_list<const Expr*> items) {
    return list(offset, Exprs(items.begin(), items.size()));
  }
  const Expr* map(std::uint32_t offset, std::span<const Entry> entries);
  const Expr* structure(std::uint32_t offset, std::string_view name,
                        std::span<const Entry> entries);
  const Expr* comprehension(std::uint32_t offset, const Comprehension& comprehension);

  // A deep copy with ids of its own; macro calls are recorded for the copy as well.
  const Expr* copy(const Expr* expr);

  // Records what `root` was expanded from.
  void record_macro(const Expr* root, std::string_view name, const Expr* target, Exprs args,
                    std::uint32_t offset);

 private:
  Expr* make(ExprKind kind, std::uint32_t offset);
  const Expr* finish(Expr* expr, std::size_t height_below);
  const Expr* copy_comprehension(const Expr* expr);
  std::span<const Entry> copy_entries(std::span<const Entry> entries);

  Ast& ast_;
  std::uint32_t max_nodes_;
  bool too_high_ = false;
  std::unordered_map<std::uint32_t, std::size_t> macro_of_id_;
};

}  // namespace yagura::policy::internal
