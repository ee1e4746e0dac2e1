#pragma once

// The grammar of conditions, as falcosecurity/libs documents it
// (userspace/libsinsp/filter/parser.h):
//
//   expr      = and { "or" and }          and = not { "and" not }       not = { "not" } check
//   check     = "(" expr ")" | operand op right | operand modified list | operand "exists" | macro
//   modified  = op ( "oneof" | "anyof" | "allof" ), of operators of equality and of texts
//   right     = number | string | list | call | "val(" field ")"
//   list      = "(" [ string { "," string } ] ")" | name
//   operand, call, field: operand_parser.hpp
//   string    = quoted | bare: no blank, quote, parenthesis, comma or "="
//
// A modifier is one where a list follows; a value of that name is a value.

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "rules/language/ast.hpp"

namespace yagura::rules {

struct ParseProblem {
  std::uint32_t offset = 0;  // into the text
  std::string message;
  std::string hint;
};

inline constexpr int kMaxConditionDepth = 200;             // nested parentheses and transformers
inline constexpr std::size_t kMaxConditionSize = 1 << 20;  // bytes

// Linear time. `text` must outlive the tree.
[[nodiscard]] std::expected<std::unique_ptr<Expr>, ParseProblem> parse_condition(
    const ConditionText& text);

// One item of a list or an exception: quoted, or bare as it stands.
[[nodiscard]] std::expected<ValueText, ParseProblem> parse_item(std::string_view text);
// The value of an exception behind an operator that takes a list: "(a, b)" or one item.
[[nodiscard]] std::expected<std::vector<ValueText>, ParseProblem> parse_items(
    std::string_view text);

// Names that grammar and files allow.
[[nodiscard]] bool is_macro_name(std::string_view name);
[[nodiscard]] bool is_list_name(std::string_view name);

}  // namespace yagura::rules
