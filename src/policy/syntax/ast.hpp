#pragma once

// CEL's abstract syntax (cel-spec, doc/langdef.md; the shape of cel.expr.Expr in syntax.proto). One
// arena per expression; nodes are plain and immutable once parsed. The parser writes it, the
// checker annotates beside it (by id), the compiler reads both.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/arena.hpp"

namespace yagura::policy {

enum class ExprKind : std::uint8_t {
  kConstant,
  kIdent,          // name ("x"; a leading dot is kept: ".x")
  kSelect,         // target.name; test_only: has(target.name)
  kCall,           // name(args…), or target.name(args…) where target is set
  kList,           // [args…]
  kMap,            // {entries…}
  kStruct,         // name{entries…}
  kComprehension,  // what the macros become
};

enum class ConstantKind : std::uint8_t { kNull, kBool, kInt, kUint, kDouble, kString, kBytes };

struct Constant {
  ConstantKind kind = ConstantKind::kNull;
  bool truth = false;
  std::int64_t integer = 0;
  std::uint64_t unsigned_integer = 0;
  double real = 0;
  std::string_view text = {};  // kString (UTF-8) and kBytes, unescaped; in the arena
};

struct Expr;

struct Entry {  // of a map or struct literal
  std::uint32_t id = 0;
  const Expr* key = nullptr;    // map
  std::string_view field = {};  // struct
  const Expr* value = nullptr;
  bool optional = false;  // ?key: value
};

// The fold of cel.expr.Expr.Comprehension: accu = init; for each element while condition: accu =
// step; then result.
struct Comprehension {
  std::string_view iter_var;
  std::string_view iter_var2;  // empty: the one-variable form
  std::string_view accu_var;
  const Expr* range = nullptr;
  const Expr* init = nullptr;
  const Expr* condition = nullptr;
  const Expr* step = nullptr;
  const Expr* result = nullptr;
};

struct Expr {
  std::uint32_t id =
      0;  // unique in the expression, from 1, dense: side tables are vectors indexed by it
  std::uint32_t offset = 0;  // code points from the start of the source, as CEL positions are
  ExprKind kind = ExprKind::kConstant;
  bool test_only = false;
  std::uint16_t height = 1;  // of the subtree, a leaf is 1; bounded by kMaxExprHeight, so recursion
                             // over a tree is safe
  Constant constant;
  std::string_view
      name;  // of an identifier, a field, a function (operators: operators.hpp), a struct type
  const Expr* target = nullptr;
  std::span<const Expr* const> args;                // call arguments, list elements
  std::span<const std::uint32_t> optional_indices;  // list elements written [?x]
  std::span<const Entry> entries;
  const Comprehension* comprehension = nullptr;
};

// Which macro a comprehension (or other expansion) came from: for explaining a failure in the
// user's own terms.
struct MacroCall {
  std::uint32_t id = 0;   // of the expansion's root
  std::string_view name;  // "all", "exists", "exists_one", "map", "filter", "has", "bind", …
  const Expr* call =
      nullptr;  // as written: target.name(args), a kCall of id 0; arguments as expanded
};

// The parser refuses trees that are higher, macros expanded: whoever walks one may recurse.
inline constexpr std::uint16_t kMaxExprHeight = 1000;

struct Ast {
  core::Arena arena;
  std::string source;
  const Expr* root = nullptr;
  std::uint32_t max_id = 0;
  std::vector<MacroCall> macro_calls;  // ascending by id

  // The macro whose expansion has this root, or null. O(log macros).
  [[nodiscard]] const MacroCall* find_macro(std::uint32_t id) const;
};

}  // namespace yagura::policy
