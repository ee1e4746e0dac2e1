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

// fd.name, proc.aname[2], tolower(basename(proc.exepath)), join(",", (proc.name, "x"))
struct Operand {
  enum class Kind : std::uint8_t { kField, kText, kList, kCall };

  Kind kind = Kind::kField;
  Transformer transformer = Transformer::kToLower;  // kCall
  std::uint32_t offset = 0;
  std::string text;  // kField: with its argument, quotes of it off; kText; kCall: what
                     // stands in brackets behind it
  std::vector<Operand> arguments;  // kCall, kList
};

// As it could be written again, for messages.
[[nodiscard]] std::string to_string(const Operand& operand);

struct Check {
  Operand left;
  Operator op = Operator::kExists;
  Modifier modifier = Modifier::kNone;
  std::uint32_t op_offset = 0;
  std::vector<ValueText> values;  // one, or those of a list
  bool is_list = false;           // (a, b) or, behind what takes one, a list's name
  std::optional<Operand> right;   // val(field) or transformer(…) in place of values
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
