// Optional values (cel-go cel/library.go, OptionalTypes). a.?b and a[?b] are ops of the compiler;
// they stand here for their signatures.

#include "policy/library/internal/arguments.hpp"
#include "policy/library/library.hpp"
#include "policy/program/collections.hpp"
#include "policy/program/operations.hpp"

namespace yagura::policy {
namespace {

Value optional_of(EvalContext& context, Arguments args) { return context.some(args[0]); }

Value optional_none(EvalContext&, Arguments) { return EvalContext::none(); }

Value optional_of_non_zero(EvalContext& context, Arguments args) {
  return is_zero_value(args[0]) ? EvalContext::none() : context.some(args[0]);
}

Value has_value(EvalContext&, Arguments args) {
  if (!args[0].is_optional()) return no_overload();
  return Value::boolean(args[0].as_optional() != nullptr);
}

Value optional_value(EvalContext& context, Arguments args) {
  if (!args[0].is_optional()) return no_overload();
  if (args[0].as_optional() == nullptr) return context.error("optional.none() dereference");
  return *args[0].as_optional();
}

// Not strict: what stands on the right does not matter where the left has a value.
Value optional_or(EvalContext&, Arguments args) {
  if (args[0].is_abnormal()) return args[0];
  if (!args[0].is_optional()) return no_overload();
  if (args[0].as_optional() != nullptr) return args[0];
  if (args[1].is_abnormal() || args[1].is_optional()) return args[1];
  return no_overload();
}

Value optional_or_value(EvalContext&, Arguments args) {
  if (args[0].is_abnormal()) return args[0];
  if (!args[0].is_optional()) return no_overload();
  return args[0].as_optional() != nullptr ? *args[0].as_optional() : args[1];
}

// The values of those that have one.
Value unwrap(EvalContext& context, Arguments args) {
  if (!args[0].is_list()) return no_overload();
  if (!context.can_allocate(args[0].count() * sizeof(Value))) {
    return EvalContext::memory_exceeded();
  }
  ListBuilder values(context.arena());
  for (std::uint32_t i = 0; i < args[0].count(); ++i) {
    const Value item = args[0].item(i);
    if (!item.is_optional()) return no_overload();
    if (item.as_optional() != nullptr) values.add(*item.as_optional());
  }
  return values.build();
}

constexpr OverloadSignature kOf[] = {{"optional_of", "optional.of(A) -> optional_type(A)"}};
constexpr OverloadSignature kNone[] = {{"optional_none", "optional.none() -> optional_type(A)"}};
constexpr OverloadSignature kOfNonZero[] = {
    {"optional_ofNonZeroValue", "optional.ofNonZeroValue(A) -> optional_type(A)"}};
constexpr OverloadSignature kHasValue[] = {
    {"optional_hasValue", "optional_type(A).hasValue() -> bool"}};
constexpr OverloadSignature kValue[] = {{"optional_value", "optional_type(A).value() -> A"}};
constexpr OverloadSignature kOr[] = {
    {"optional_or_optional", "optional_type(A).or(optional_type(A)) -> optional_type(A)"}};
constexpr OverloadSignature kOrValue[] = {
    {"optional_orValue_value", "optional_type(A).orValue(A) -> A"}};
constexpr OverloadSignature kUnwrap[] = {
    {"optional_unwrap", "optional.unwrap(list(optional_type(A))) -> list(A)"}};
constexpr OverloadSignature kUnwrapOpt[] = {
    {"optional_unwrapOpt", "list(optional_type(A)).unwrapOpt() -> list(A)"}};
constexpr OverloadSignature kIndex[] = {
    {"optional_list_index_int", "_[_](optional_type(list(A)), int) -> optional_type(A)"},
    {"optional_map_index_value", "_[_](optional_type(map(A, B)), A) -> optional_type(B)"}};
constexpr OverloadSignature kOptionalIndex[] = {
    {"list_optindex_optional_int", "_[?_](list(A), int) -> optional_type(A)"},
    {"optional_list_optindex_optional_int",
     "_[?_](optional_type(list(A)), int) -> optional_type(A)"},
    {"map_optindex_optional_value", "_[?_](map(A, B), A) -> optional_type(B)"},
    {"optional_map_optindex_optional_value",
     "_[?_](optional_type(map(A, B)), A) -> optional_type(B)"}};
constexpr OverloadSignature kOptionalSelect[] = {
    {"select_optional_field", "_?._(dyn, string) -> optional_type(A)"}};

constexpr Function kFunctions[] = {
    {.name = "optional.of",
     .overloads = kOf,
     .implementation = optional_of,
     .min_args = 1,
     .max_args = 1},
    {.name = "optional.none",
     .overloads = kNone,
     .implementation = optional_none,
     .min_args = 0,
     .max_args = 0},
    {.name = "optional.ofNonZeroValue",
     .overloads = kOfNonZero,
     .implementation = optional_of_non_zero,
     .min_args = 1,
     .max_args = 1},
    {.name = "hasValue",
     .overloads = kHasValue,
     .implementation = has_value,
     .min_args = 1,
     .max_args = 1},
    {.name = "value",
     .overloads = kValue,
     .implementation = optional_value,
     .min_args = 1,
     .max_args = 1},
    {.name = "or",
     .overloads = kOr,
     .implementation = optional_or,
     .min_args = 2,
     .max_args = 2,
     .strict = false},
    {.name = "orValue",
     .overloads = kOrValue,
     .implementation = optional_or_value,
     .min_args = 2,
     .max_args = 2,
     .strict = false},
    {.name = "optional.unwrap",
     .overloads = kUnwrap,
     .implementation = unwrap,
     .min_args = 1,
     .max_args = 1},
    {.name = "unwrapOpt",
     .overloads = kUnwrapOpt,
     .implementation = unwrap,
     .min_args = 1,
     .max_args = 1},
    {.name = "_[_]", .overloads = kIndex},
    {.name = "_[?_]", .overloads = kOptionalIndex},
    {.name = "_?._", .overloads = kOptionalSelect},
};

}  // namespace

std::span<const Function> optional_functions() { return kFunctions; }

}  // namespace yagura::policy
