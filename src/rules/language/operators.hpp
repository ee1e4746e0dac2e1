#pragma once

// The operators and transformers of conditions.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace yagura::rules {

enum class Operator : std::uint8_t {
  kExists,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kContains,
  kIContains,
  kBContains,
  kStartsWith,
  kBStartsWith,
  kEndsWith,
  kGlob,
  kIGlob,
  kRegex,
  kIn,
  kIntersects,
  kPMatch,
};

[[nodiscard]] std::string_view to_string(Operator op);
// As an exception's `comps` names it: "=" and "==" are the same.
[[nodiscard]] std::optional<Operator> find_operator(std::string_view name);
// Its right side is a list.
[[nodiscard]] constexpr bool takes_list(Operator op) {
  return op == Operator::kIn || op == Operator::kIntersects || op == Operator::kPMatch;
}
// Its right side is a number.
[[nodiscard]] constexpr bool takes_number(Operator op) {
  return op >= Operator::kLess && op <= Operator::kGreaterEqual;
}

// `proc.name startswith anyof (kube-, etcd-)`: the operator holds for any of the values, for all of
// them, or for exactly one.
enum class Modifier : std::uint8_t { kNone, kOneOf, kAnyOf, kAllOf };

// Empty for kNone.
[[nodiscard]] std::string_view to_string(Modifier modifier);
[[nodiscard]] std::optional<Modifier> find_modifier(std::string_view name);
// = and != and those that compare texts.
[[nodiscard]] constexpr bool takes_modifier(Operator op) {
  return op == Operator::kEqual || op == Operator::kNotEqual ||
         (op >= Operator::kContains && op <= Operator::kRegex);
}

// An operator as it is written, with its modifier: "=", "startswith anyof".
struct ModifiedOperator {
  Operator op = Operator::kEqual;
  Modifier modifier = Modifier::kNone;
};
[[nodiscard]] constexpr bool takes_list(ModifiedOperator op) {
  return takes_list(op.op) || op.modifier != Modifier::kNone;
}
[[nodiscard]] std::string to_string(ModifiedOperator op);
// Blanks around and between do not matter.
[[nodiscard]] std::optional<ModifiedOperator> find_modified_operator(std::string_view text);

enum class Transformer : std::uint8_t {
  kToLower,
  kToUpper,
  kB64,
  kBasename,
  kLen,
  kJoin,    // (separator, list)
  kConcat,  // (value, value, …)
  kGetopt,  // (list, options), with [letter] the value of one option
};
// Others take one value.
[[nodiscard]] constexpr bool takes_many(Transformer transformer) {
  return transformer >= Transformer::kJoin;
}

[[nodiscard]] std::string_view to_string(Transformer transformer);
[[nodiscard]] std::optional<Transformer> find_transformer(std::string_view name);

}  // namespace yagura::rules
