#pragma once

// A condition as it was written: macros are names, lists are names among the values, nothing is
// checked but the grammar.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rules/language/condition_text.hpp"
#include "rules/language/operators.hpp"

namespace yagura::rules {

// A constant. Quoted ones are never names of lists.
struct ValueText {
  std::string text;  // quotes off, escapes resolved
  bool quoted = false;
  std::uint32_t offset = 0;
};

// tolower(basename(proc.exepath)), fd.name, proc.aname[2]
struct FieldText {
  std::string text;                       // the field with its argument, quotes of it off
  std::vector<Transformer> transformers;  // the innermost first
  std::uint32_t offset = 0;
};

struct Check {
  FieldText left;
  Operator op = Operator::kExists;
  std::uint32_t op_offset = 0;
  std::vector<ValueText> values;   // one, or those of a list
  bool is_list = false;            // (a, b) or, behind an operator that takes one, a list's name
  std::optional<FieldText> right;  // val(field) or transformer(field) in place of values
};

struct Expr {
  enum class Kind : std::uint8_t { kAnd, kOr, kNot, kCheck, kMacro };

  Kind kind = Kind::kAnd;
  std::uint32_t offset = 0;
  const ConditionText* text = nullptr;  // what `offset` counts in; outlives the tree
  std::vector<std::unique_ptr<Expr>> children;
  std::unique_ptr<Check> check;
  std::string macro;
};

}  // namespace yagura::rules
