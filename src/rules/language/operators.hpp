#pragma once

// The operators and transformers of conditions.

#include <cstdint>
#include <optional>
#include <span>
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

enum class Transformer : std::uint8_t { kToLower, kToUpper, kB64, kBasename, kLen };

[[nodiscard]] std::string_view to_string(Transformer transformer);
[[nodiscard]] std::optional<Transformer> find_transformer(std::string_view name);

}  // namespace yagura::rules
