#include "policy/library/kubernetes/kubernetes_library.hpp"
#include "policy/library/kubernetes/opaque_value.hpp"
#include "policy/library/kubernetes/quantity.hpp"

namespace yagura::policy {

namespace {

struct QuantityTraits {
  using Data = Quantity;
  static constexpr std::string_view kTypeName = "kubernetes.Quantity";
  static bool equals(const Data& a, const Data& b) { return a == b; }
  static std::string text(const Data& data) { return data.to_string(); }
};

std::string_view explain(QuantityProblem problem) {
  switch (problem) {
    case QuantityProblem::kSuffix:
      return "unable to parse the suffix of the quantity";
    case QuantityProblem::kOutOfRange:
      return "the quantity has too many digits";
    default:
      return "a quantity is a number with a suffix such as 'Mi', 'm' or 'e3'";
  }
}

Value to_quantity(EvalContext& context, std::span<const Value> args) {
  if (!args[0].is_string()) return EvalContext::no_such_overload();
  if (!context.charge(traversal_cost(cost_size(args[0])))) return EvalContext::cost_exceeded();
  QuantityProblem problem = QuantityProblem::kNone;
  const auto quantity = Quantity::parse(args[0].as_string(), &problem);
  if (!quantity) return context.error(explain(problem));
  return make_opaque<QuantityTraits>(context, *quantity);
}

Value is_quantity(EvalContext& context, std::span<const Value> args) {
  if (!args[0].is_string()) return EvalContext::no_such_overload();
  if (!context.charge(traversal_cost(cost_size(args[0])))) return EvalContext::cost_exceeded();
  return Value::boolean(Quantity::parse(args[0].as_string()).has_value());
}

Value sign(EvalContext&, std::span<const Value> args) {
  const Quantity* quantity = opaque_data<QuantityTraits>(args[0]);
  if (quantity == nullptr) return EvalContext::no_such_overload();
  return Value::integer(quantity->sign());
}

Value is_integer(EvalContext&, std::span<const Value> args) {
  const Quantity* quantity = opaque_data<QuantityTraits>(args[0]);
  if (quantity == nullptr) return EvalContext::no_such_overload();
  return Value::boolean(quantity->is_integer());
}

Value as_integer(EvalContext& context, std::span<const Value> args) {
  const Quantity* quantity = opaque_data<QuantityTraits>(args[0]);
  if (quantity == nullptr) return EvalContext::no_such_overload();
  const auto integer = quantity->as_integer();
  if (!integer) return context.error("cannot convert value to integer");
  return Value::integer(*integer);
}

Value as_approximate_float(EvalContext&, std::span<const Value> args) {
  const Quantity* quantity = opaque_data<QuantityTraits>(args[0]);
  if (quantity == nullptr) return EvalContext::no_such_overload();
  return Value::real(quantity->as_approximate_double());
}

struct Pair {
  const Quantity* left = nullptr;
  const Quantity* right = nullptr;
  Quantity converted;  // of an integer operand
};

// add() and sub() take an integer as well.
bool operands(std::span<const Value> args, bool integers, Pair& pair) {
  pair.left = opaque_data<QuantityTraits>(args[0]);
  pair.right = opaque_data<QuantityTraits>(args[1]);
  if (pair.right == nullptr && integers && args[1].is_int()) {
    pair.converted = Quantity::from_integer(args[1].as_int());
    pair.right = &pair.converted;
  }
  return pair.left != nullptr && pair.right != nullptr;
}

Value is_greater_than(EvalContext&, std::span<const Value> args) {
  Pair pair;
  if (!operands(args, false, pair)) return EvalContext::no_such_overload();
  return Value::boolean(*pair.left > *pair.right);
}

Value is_less_than(EvalContext&, std::span<const Value> args) {
  Pair pair;
  if (!operands(args, false, pair)) return EvalContext::no_such_overload();
  return Value::boolean(*pair.left < *pair.right);
}

Value compare_to(EvalContext&, std::span<const Value> args) {
  Pair pair;
  if (!operands(args, false, pair)) return EvalContext::no_such_overload();
  const auto order = *pair.left <=> *pair.right;
  return Value::integer(order < 0 ? -1 : (order > 0 ? 1 : 0));
}

Value sum_or_range_error(EvalContext& context, const std::optional<Quantity>& result) {
  if (!result) return context.error(ErrorKind::kOverflow, "quantity");
  return make_opaque<QuantityTraits>(context, *result);
}

Value add(EvalContext& context, std::span<const Value> args) {
  Pair pair;
  if (!operands(args, true, pair)) return EvalContext::no_such_overload();
  return sum_or_range_error(context, pair.left->plus(*pair.right));
}

Value sub(EvalContext& context, std::span<const Value> args) {
  Pair pair;
  if (!operands(args, true, pair)) return EvalContext::no_such_overload();
  return sum_or_range_error(context, pair.left->minus(*pair.right));
}

constexpr OverloadSignature kToQuantity[] = {
    {"string_to_quantity", "quantity(string) -> kubernetes.Quantity"}};
constexpr OverloadSignature kIsQuantity[] = {{"is_quantity_string", "isQuantity(string) -> bool"}};
// Upstream declares this one as a global function too.
constexpr OverloadSignature kSign[] = {
    {"quantity_sign", "kubernetes.Quantity.sign() -> int"},
    {"quantity_sign_global", "sign(kubernetes.Quantity) -> int"}};
constexpr OverloadSignature kIsGreaterThan[] = {
    {"quantity_is_greater_than", "kubernetes.Quantity.isGreaterThan(kubernetes.Quantity) -> bool"}};
constexpr OverloadSignature kIsLessThan[] = {
    {"quantity_is_less_than", "kubernetes.Quantity.isLessThan(kubernetes.Quantity) -> bool"}};
constexpr OverloadSignature kCompareTo[] = {
    {"quantity_compare_to", "kubernetes.Quantity.compareTo(kubernetes.Quantity) -> int"}};
constexpr OverloadSignature kAsApproximateFloat[] = {
    {"quantity_get_float", "kubernetes.Quantity.asApproximateFloat() -> double"}};
constexpr OverloadSignature kAsInteger[] = {
    {"quantity_get_int", "kubernetes.Quantity.asInteger() -> int"}};
constexpr OverloadSignature kIsInteger[] = {
    {"quantity_is_integer", "kubernetes.Quantity.isInteger() -> bool"}};
constexpr OverloadSignature kAdd[] = {
    {"quantity_add", "kubernetes.Quantity.add(kubernetes.Quantity) -> kubernetes.Quantity"},
    {"quantity_add_int", "kubernetes.Quantity.add(int) -> kubernetes.Quantity"}};
constexpr OverloadSignature kSub[] = {
    {"quantity_sub", "kubernetes.Quantity.sub(kubernetes.Quantity) -> kubernetes.Quantity"},
    {"quantity_sub_int", "kubernetes.Quantity.sub(int) -> kubernetes.Quantity"}};

constexpr Function kFunctions[] = {
    {.name = "quantity",
     .overloads = kToQuantity,
     .implementation = to_quantity,
     .min_args = 1,
     .max_args = 1,
     .own_cost = true},
    {.name = "isQuantity",
     .overloads = kIsQuantity,
     .implementation = is_quantity,
     .min_args = 1,
     .max_args = 1,
     .own_cost = true},
    {.name = "sign", .overloads = kSign, .implementation = sign, .min_args = 1, .max_args = 1},
    {.name = "isGreaterThan",
     .overloads = kIsGreaterThan,
     .implementation = is_greater_than,
     .min_args = 2,
     .max_args = 2},
    {.name = "isLessThan",
     .overloads = kIsLessThan,
     .implementation = is_less_than,
     .min_args = 2,
     .max_args = 2},
    {.name = "compareTo",
     .overloads = kCompareTo,
     .implementation = compare_to,
     .min_args = 2,
     .max_args = 2},
    {.name = "asApproximateFloat",
     .overloads = kAsApproximateFloat,
     .implementation = as_approximate_float,
     .min_args = 1,
     .max_args = 1},
    {.name = "asInteger",
     .overloads = kAsInteger,
     .implementation = as_integer,
     .min_args = 1,
     .max_args = 1},
    {.name = "isInteger",
     .overloads = kIsInteger,
     .implementation = is_integer,
     .min_args = 1,
     .max_args = 1},
    {.name = "add", .overloads = kAdd, .implementation = add, .min_args = 2, .max_args = 2},
    {.name = "sub", .overloads = kSub, .implementation = sub, .min_args = 2, .max_args = 2},
};

}  // namespace

std::span<const Function> kubernetes_quantity_functions() { return kFunctions; }

}  // namespace yagura::policy
