#include <string>
#include <vector>

#include "policy/library/kubernetes/kubernetes_library.hpp"
#include "policy/program/collections.hpp"
#include "policy/program/context.hpp"

namespace yagura::policy {

namespace {

// A walk over all that is in the value: strings by their length, all else 1.
std::uint64_t whole_cost(const Value& value) {
  std::uint64_t cost = 0;
  switch (value.kind()) {
    case ValueKind::kString:
    case ValueKind::kBytes:
      return cost_size(value) / 10;
    case ValueKind::kList:
      for (std::uint32_t i = 0; i < value.count(); ++i) cost += whole_cost(value.item(i));
      return cost;
    case ValueKind::kMap:
      for (std::uint32_t i = 0; i < value.count(); ++i) {
        cost += whole_cost(value.key_at(i)) + whole_cost(value.value_at(i));
      }
      return cost;
    default:
      return 1;
  }
}

Value is_sorted(EvalContext& context, std::span<const Value> args) {
  const Value& list = args[0];
  if (!list.is_list()) return EvalContext::no_such_overload();
  if (!context.charge(whole_cost(list))) return EvalContext::cost_exceeded();
  for (std::uint32_t i = 1; i < list.count(); ++i) {
    const Ordering order = compare(list.item(i - 1), list.item(i));
    if (order == Ordering::kNoOverload) return EvalContext::no_such_overload();
    if (order == Ordering::kGreater) return Value::boolean(false);
  }
  return Value::boolean(true);
}

Value add(EvalContext& context, const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return EvalContext::no_such_overload();
  if (a.is_double()) return Value::real(a.as_double() + b.as_double());
  if (a.is_uint()) {
    std::uint64_t sum = 0;
    if (__builtin_add_overflow(a.as_uint(), b.as_uint(), &sum))
      return context.error(ErrorKind::kOverflow);
    return Value::unsigned_integer(sum);
  }
  std::int64_t sum = 0;
  const std::int64_t left = a.is_int() ? a.as_int() : a.as_duration();
  const std::int64_t right = a.is_int() ? b.as_int() : b.as_duration();
  if (__builtin_add_overflow(left, right, &sum)) return context.error(ErrorKind::kOverflow);
  return a.is_int() ? Value::integer(sum) : Value::duration(sum);
}

// The first element says which overload it is; an empty list sums to the integer 0, which equals
// the other zeros.
Value sum(EvalContext& context, std::span<const Value> args) {
  const Value& list = args[0];
  if (!list.is_list()) return EvalContext::no_such_overload();
  if (!context.charge(whole_cost(list))) return EvalContext::cost_exceeded();
  if (list.count() == 0) return Value::integer(0);
  Value total = list.item(0);
  if (!total.is_int() && !total.is_uint() && !total.is_double() && !total.is_duration()) {
    return EvalContext::no_such_overload();
  }
  for (std::uint32_t i = 1; i < list.count(); ++i) {
    total = add(context, total, list.item(i));
    if (total.is_error()) return total;
  }
  return total;
}

Value extreme(EvalContext& context, const Value& list, Ordering replaced_when,
              std::string_view name) {
  if (!list.is_list()) return EvalContext::no_such_overload();
  if (!context.charge(whole_cost(list))) return EvalContext::cost_exceeded();
  if (list.count() == 0) return context.error(std::string(name) + " called on empty list");
  Value best = list.item(0);
  if (compare(best, best) == Ordering::kNoOverload) return EvalContext::no_such_overload();
  for (std::uint32_t i = 1; i < list.count(); ++i) {
    const Value item = list.item(i);
    const Ordering order = compare(best, item);
    if (order == Ordering::kNoOverload) return EvalContext::no_such_overload();
    if (order == replaced_when) best = item;
  }
  return best;
}

Value min(EvalContext& context, std::span<const Value> args) {
  return extreme(context, args[0], Ordering::kGreater, "min");
}

Value max(EvalContext& context, std::span<const Value> args) {
  return extreme(context, args[0], Ordering::kLess, "max");
}

Value index_of(EvalContext& context, std::span<const Value> args) {
  const Value& list = args[0];
  if (!list.is_list()) return EvalContext::no_such_overload();
  if (!context.charge(whole_cost(list))) return EvalContext::cost_exceeded();
  for (std::uint32_t i = 0; i < list.count(); ++i) {
    if (equal(list.item(i), args[1])) return Value::integer(i);
  }
  return Value::integer(-1);
}

Value last_index_of(EvalContext& context, std::span<const Value> args) {
  const Value& list = args[0];
  if (!list.is_list()) return EvalContext::no_such_overload();
  if (!context.charge(whole_cost(list))) return EvalContext::cost_exceeded();
  for (std::uint32_t i = list.count(); i-- > 0;) {
    if (equal(list.item(i), args[1])) return Value::integer(i);
  }
  return Value::integer(-1);
}

constexpr OverloadSignature kIsSorted[] = {
    {"list_int_is_sorted_bool", "list(int).isSorted() -> bool"},
    {"list_uint_is_sorted_bool", "list(uint).isSorted() -> bool"},
    {"list_double_is_sorted_bool", "list(double).isSorted() -> bool"},
    {"list_bool_is_sorted_bool", "list(bool).isSorted() -> bool"},
    {"list_duration_is_sorted_bool", "list(google.protobuf.Duration).isSorted() -> bool"},
    {"list_timestamp_is_sorted_bool", "list(google.protobuf.Timestamp).isSorted() -> bool"},
    {"list_string_is_sorted_bool", "list(string).isSorted() -> bool"},
    {"list_bytes_is_sorted_bool", "list(bytes).isSorted() -> bool"}};
constexpr OverloadSignature kSum[] = {
    {"list_int_sum_int", "list(int).sum() -> int"},
    {"list_uint_sum_uint", "list(uint).sum() -> uint"},
    {"list_double_sum_double", "list(double).sum() -> double"},
    {"list_duration_sum_duration",
     "list(google.protobuf.Duration).sum() -> google.protobuf.Duration"}};
constexpr OverloadSignature kMin[] = {
    {"list_int_min_int", "list(int).min() -> int"},
    {"list_uint_min_uint", "list(uint).min() -> uint"},
    {"list_double_min_double", "list(double).min() -> double"},
    {"list_bool_min_bool", "list(bool).min() -> bool"},
    {"list_duration_min_duration",
     "list(google.protobuf.Duration).min() -> google.protobuf.Duration"},
    {"list_timestamp_min_timestamp",
     "list(google.protobuf.Timestamp).min() -> google.protobuf.Timestamp"},
    {"list_string_min_string", "list(string).min() -> string"},
    {"list_bytes_min_bytes", "list(bytes).min() -> bytes"}};
constexpr OverloadSignature kMax[] = {
    {"list_int_max_int", "list(int).max() -> int"},
    {"list_uint_max_uint", "list(uint).max() -> uint"},
    {"list_double_max_double", "list(double).max() -> double"},
    {"list_bool_max_bool", "list(bool).max() -> bool"},
    {"list_duration_max_duration",
     "list(google.protobuf.Duration).max() -> google.protobuf.Duration"},
    {"list_timestamp_max_timestamp",
     "list(google.protobuf.Timestamp).max() -> google.protobuf.Timestamp"},
    {"list_string_max_string", "list(string).max() -> string"},
    {"list_bytes_max_bytes", "list(bytes).max() -> bytes"}};
constexpr OverloadSignature kIndexOf[] = {{"list_a_index_of_int", "list(A).indexOf(A) -> int"}};
constexpr OverloadSignature kLastIndexOf[] = {
    {"list_a_last_index_of_int", "list(A).lastIndexOf(A) -> int"}};

constexpr Function kFunctions[] = {
    {.name = "isSorted",
     .overloads = kIsSorted,
     .implementation = is_sorted,
     .min_args = 1,
     .max_args = 1,
     .own_cost = true},
    {.name = "sum",
     .overloads = kSum,
     .implementation = sum,
     .min_args = 1,
     .max_args = 1,
     .own_cost = true},
    {.name = "min",
     .overloads = kMin,
     .implementation = min,
     .min_args = 1,
     .max_args = 1,
     .own_cost = true},
    {.name = "max",
     .overloads = kMax,
     .implementation = max,
     .min_args = 1,
     .max_args = 1,
     .own_cost = true},
    {.name = "indexOf",
     .overloads = kIndexOf,
     .implementation = index_of,
     .min_args = 2,
     .max_args = 2,
     .own_cost = true},
    {.name = "lastIndexOf",
     .overloads = kLastIndexOf,
     .implementation = last_index_of,
     .min_args = 2,
     .max_args = 2,
     .own_cost = true},
};

}  // namespace

std::span<const Function> kubernetes_list_functions() { return kFunctions; }

}  // namespace yagura::policy
