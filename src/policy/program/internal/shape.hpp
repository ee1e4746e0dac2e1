#pragma once

// Which macro a comprehension came from, told by its shape alone: so expressions that were built
// otherwise (cel.block tests, serialised trees) run as fast.

#include <cstdint>

#include "policy/syntax/ast.hpp"

namespace yagura::policy {

enum class ShapeKind : std::uint8_t {
  kOther,
  kAll,
  kExists,
  kExistsOne,
  kList,        // map, filter, transformList
  kMap,         // transformMap
  kMapEntries,  // transformMapEntry
  kBind,
};

struct Shape {
  ShapeKind kind = ShapeKind::kOther;
  const Expr* predicate = nullptr;  // kList, kMap, kMapEntries: null where there is none
  const Expr* transform = nullptr;
};

[[nodiscard]] Shape recognise(const Comprehension& comprehension);

// Is the identifier read in the expression, where no comprehension inside binds it anew?
[[nodiscard]] bool reads(const Expr& expr, std::string_view identifier);

}  // namespace yagura::policy
