#pragma once

// The names under which the parser writes operators, and what macros expand to, as calls (cel-spec,
// syntax.proto and cel-go common/operators). A binary operator has two arguments and no target.

#include <string_view>

namespace yagura::policy::operators {

inline constexpr std::string_view kConditional = "_?_:_";
inline constexpr std::string_view kLogicalAnd = "_&&_";
inline constexpr std::string_view kLogicalOr = "_||_";
inline constexpr std::string_view kLogicalNot = "!_";
inline constexpr std::string_view kEquals = "_==_";
inline constexpr std::string_view kNotEquals = "_!=_";
inline constexpr std::string_view kLess = "_<_";
inline constexpr std::string_view kLessEquals = "_<=_";
inline constexpr std::string_view kGreater = "_>_";
inline constexpr std::string_view kGreaterEquals = "_>=_";
inline constexpr std::string_view kAdd = "_+_";
inline constexpr std::string_view kSubtract = "_-_";
inline constexpr std::string_view kMultiply = "_*_";
inline constexpr std::string_view kDivide = "_/_";
inline constexpr std::string_view kModulo = "_%_";
inline constexpr std::string_view kNegate = "-_";
inline constexpr std::string_view kIndex = "_[_]";
inline constexpr std::string_view kIn = "@in";
inline constexpr std::string_view kOptIndex = "_[?_]";  // a[?b]
inline constexpr std::string_view kOptSelect =
    "_?._";  // a.?b: the arguments are a and the constant string "b"
inline constexpr std::string_view kNotStrictlyFalse = "@not_strictly_false";

inline constexpr std::string_view kAccumulator =
    "@result";  // the accumulator of a macro's comprehension
inline constexpr std::string_view kUnusedVariable =
    "#unused";  // the iteration variable of cel.bind
inline constexpr std::string_view kMapInsert = "cel.@mapInsert";  // (map, key, value) or (map, map)
inline constexpr std::string_view kBlock =
    "cel.@block";  // ([bindings…], result); @index0, @index1, …
inline constexpr std::string_view kMathMax = "math.@max";
inline constexpr std::string_view kMathMin = "math.@min";
inline constexpr std::string_view kSortByKeys = "@sortByAssociatedKeys";  // list.f(keys)
inline constexpr std::string_view kSortInput = "@__sortBy_input__";
inline constexpr std::string_view kOptionalOf = "optional.of";
inline constexpr std::string_view kOptionalNone = "optional.none";

}  // namespace yagura::policy::operators
