// Lists as sets (cel-go ext/sets.go). Costs are theirs: the product of the sizes.

#include "policy/library/internal/arguments.hpp"
#include "policy/library/library.hpp"
#include "policy/program/operations.hpp"

namespace yagura::policy {
namespace {

bool are_lists(Arguments args) { return args[0].is_list() && args[1].is_list(); }

bool charge_product(EvalContext& context, Arguments args, std::uint64_t factor) {
  return context.charge(1 + factor * std::uint64_t{args[0].count()} * args[1].count());
}

bool holds_all(EvalContext& context, const Value& list, const Value& wanted) {
  for (std::uint32_t i = 0; i < wanted.count(); ++i) {
    if (context.exhausted() || !contains(context, wanted.item(i), list).as_bool()) return false;
  }
  return true;
}

Value sets_contains(EvalContext& context, Arguments args) {
  if (!are_lists(args)) return no_overload();
  if (!charge_product(context, args, 1)) return EvalContext::cost_exceeded();
  return Value::boolean(holds_all(context, args[0], args[1]));
}

Value sets_equivalent(EvalContext& context, Arguments args) {
  if (!are_lists(args)) return no_overload();
  if (!charge_product(context, args, 2)) return EvalContext::cost_exceeded();
  return Value::boolean(holds_all(context, args[0], args[1]) &&
                        holds_all(context, args[1], args[0]));
}

Value sets_intersects(EvalContext& context, Arguments args) {
  if (!are_lists(args)) return no_overload();
  if (!charge_product(context, args, 1)) return EvalContext::cost_exceeded();
  for (std::uint32_t i = 0; i < args[0].count(); ++i) {
    if (context.exhausted()) return context.exhaustion();
    if (contains(context, args[0].item(i), args[1]).as_bool()) return Value::boolean(true);
  }
  return Value::boolean(false);
}

constexpr OverloadSignature kContains[] = {
    {"list_sets_contains_list", "sets.contains(list(T), list(T)) -> bool"}};
constexpr OverloadSignature kEquivalent[] = {
    {"list_sets_equivalent_list", "sets.equivalent(list(T), list(T)) -> bool"}};
constexpr OverloadSignature kIntersects[] = {
    {"list_sets_intersects_list", "sets.intersects(list(T), list(T)) -> bool"}};

constexpr Function kFunctions[] = {
    {.name = "sets.contains",
     .overloads = kContains,
     .implementation = sets_contains,
     .min_args = 2,
     .max_args = 2,
     .own_cost = true},
    {.name = "sets.equivalent",
     .overloads = kEquivalent,
     .implementation = sets_equivalent,
     .min_args = 2,
     .max_args = 2,
     .own_cost = true},
    {.name = "sets.intersects",
     .overloads = kIntersects,
     .implementation = sets_intersects,
     .min_args = 2,
     .max_args = 2,
     .own_cost = true},
};

}  // namespace

std::span<const Function> set_functions() { return kFunctions; }

}  // namespace yagura::policy
