#pragma once

// CEL text to AST: cel-spec doc/langdef.md, section Syntax, with the optional syntax (a.?b, a[?i],
// [?e], {?k: v}, T{?f: v}) and back-quoted field names. Macros are expanded here, into what cel-go
// expands them to.

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "policy/syntax/ast.hpp"
#include "policy/syntax/issue.hpp"

namespace yagura::policy {

// Which macros are known. A call that no macro takes stays an ordinary call.
struct MacroSets {
  bool standard = true;       // has, all, exists, exists_one, existsOne, map, filter
  bool two_variables = true;  // all, exists, existsOne, transformList, transformMap,
                              // transformMapEntry with two variables
  bool bind = true;           // cel.bind
  bool optionals = true;      // optMap, optFlatMap
  bool math = true;           // math.greatest, math.least
  bool lists = true;          // sortBy
  bool proto = true;  // proto.hasExt, proto.getExt: recognised, to be refused in clear words
  bool block =
      false;  // cel.block, cel.index, cel.iterVar, cel.accuVar: for tests of optimised expressions

  [[nodiscard]] static MacroSets none() {
    return {.standard = false,
            .two_variables = false,
            .bind = false,
            .optionals = false,
            .math = false,
            .lists = false,
            .proto = false,
            .block = false};
  }
};

// Reaching a limit is an issue that says which. Time is linear in the size of the source (of the
// expansion, where optMap doubles its operand: max_nodes bounds that).
struct ParseLimits {
  std::uint32_t max_code_points = 100'000;
  std::uint16_t max_depth = 250;      // nesting, and operators in a chain other than && and ||
  std::uint32_t max_nodes = 300'000;  // of the expanded tree
  std::uint32_t max_issues = 30;      // further ones are not reported
};

struct ParseOptions {
  MacroSets macros = {};
  bool optional_syntax = true;
  ParseLimits limits = {};
};

struct ParsedExpression {
  std::shared_ptr<const Ast> ast;  // null if there are issues
  std::vector<Issue> issues;       // ascending by place
  explicit operator bool() const { return ast != nullptr; }
};

// The source is copied into the AST. It must be UTF-8 (else: an issue). Thread-safe.
[[nodiscard]] ParsedExpression parse(std::string_view source, const ParseOptions& options = {});

}  // namespace yagura::policy
