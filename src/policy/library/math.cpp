// cel-go's math extension (ext/math.go), all versions.

#include <cmath>

#include "policy/library/internal/arguments.hpp"
#include "policy/library/library.hpp"
#include "policy/program/operations.hpp"

namespace yagura::policy {
namespace {

bool is_number(const Value& value) {
  return value.is_int() || value.is_uint() || value.is_double();
}

// Of one or two numbers, or of a list of them; of equal ones the first.
Value extreme(EvalContext& context, Arguments args, Ordering better) {
  Arguments numbers = args;
  Value list;
  if (args.size() == 1 && args[0].is_list()) {
    list = args[0];
    if (list.count() == 0) {
      return context.error(ErrorKind::kInvalidArgument,
                           better == Ordering::kGreater
                               ? "math.@max(list) argument must not be empty"
                               : "math.@min(list) argument must not be empty");
    }
    if (!context.charge(list.count())) return EvalContext::cost_exceeded();
  }
  const std::size_t count = list.is_list() ? list.count() : numbers.size();
  Value best;
  for (std::size_t i = 0; i < count; ++i) {
    const Value number = list.is_list() ? list.item(static_cast<std::uint32_t>(i)) : numbers[i];
    if (!is_number(number)) return no_overload();
    if (best.is_absent() || compare(number, best) == better) best = number;
  }
  return best;
}

Value max(EvalContext& context, Arguments args) {
  return extreme(context, args, Ordering::kGreater);
}
Value min(EvalContext& context, Arguments args) { return extreme(context, args, Ordering::kLess); }

template <double (*kFunction)(double)>
Value of_double(EvalContext&, Arguments args) {
  return args[0].is_double() ? Value::real(kFunction(args[0].as_double())) : no_overload();
}

double ceil_of(double d) { return std::ceil(d); }
double floor_of(double d) { return std::floor(d); }
double round_of(double d) { return std::round(d); }  // half away from zero
double trunc_of(double d) { return std::trunc(d); }

template <bool (*kTest)(double)>
Value test_double(EvalContext&, Arguments args) {
  return args[0].is_double() ? Value::boolean(kTest(args[0].as_double())) : no_overload();
}

bool is_nan(double d) { return std::isnan(d); }
bool is_inf(double d) { return std::isinf(d); }
bool is_finite(double d) { return std::isfinite(d); }

Value abs(EvalContext& context, Arguments args) {
  switch (args[0].kind()) {
    case ValueKind::kInt:
      return args[0].as_int() < 0 ? negate(context, args[0]) : args[0];
    case ValueKind::kUint:
      return args[0];
    case ValueKind::kDouble:
      return Value::real(std::abs(args[0].as_double()));
    default:
      return no_overload();
  }
}

Value sign(EvalContext&, Arguments args) {
  switch (args[0].kind()) {
    case ValueKind::kInt: {
      const std::int64_t i = args[0].as_int();
      return Value::integer(i > 0 ? 1 : (i < 0 ? -1 : 0));
    }
    case ValueKind::kUint:
      return Value::unsigned_integer(args[0].as_uint() > 0 ? 1 : 0);
    case ValueKind::kDouble: {
      const double d = args[0].as_double();
      return Value::real(d > 0 ? 1 : (d < 0 ? -1 : d));
    }
    default:
      return no_overload();
  }
}

Value sqrt(EvalContext&, Arguments args) {
  switch (args[0].kind()) {
    case ValueKind::kInt:
      return Value::real(std::sqrt(static_cast<double>(args[0].as_int())));
    case ValueKind::kUint:
      return Value::real(std::sqrt(static_cast<double>(args[0].as_uint())));
    case ValueKind::kDouble:
      return Value::real(std::sqrt(args[0].as_double()));
    default:
      return no_overload();
  }
}

template <typename Operation>
Value bits(Arguments args, Operation operation) {
  if (args[0].is_int() && args[1].is_int()) {
    return Value::integer(operation(args[0].as_int(), args[1].as_int()));
  }
  if (args[0].is_uint() && args[1].is_uint()) {
    return Value::unsigned_integer(operation(args[0].as_uint(), args[1].as_uint()));
  }
  return no_overload();
}

Value bit_and(EvalContext&, Arguments args) {
  return bits(args, [](auto a, auto b) { return a & b; });
}
Value bit_or(EvalContext&, Arguments args) {
  return bits(args, [](auto a, auto b) { return a | b; });
}
Value bit_xor(EvalContext&, Arguments args) {
  return bits(args, [](auto a, auto b) { return a ^ b; });
}

Value bit_not(EvalContext&, Arguments args) {
  if (args[0].is_int()) return Value::integer(~args[0].as_int());
  return args[0].is_uint() ? Value::unsigned_integer(~args[0].as_uint()) : no_overload();
}

enum class Shift : std::uint8_t { kLeft, kRight };

// Both ways bits come in as zeros, of ints too; 64 and more leave nothing.
Value shift(EvalContext& context, Arguments args, Shift direction) {
  if ((!args[0].is_int() && !args[0].is_uint()) || !args[1].is_int()) return no_overload();
  const std::int64_t by = args[1].as_int();
  if (by < 0) {
    return context.error(ErrorKind::kInvalidArgument, direction == Shift::kLeft
                                                          ? "math.bitShiftLeft() negative offset"
                                                          : "math.bitShiftRight() negative offset");
  }
  const std::uint64_t from =
      args[0].is_int() ? static_cast<std::uint64_t>(args[0].as_int()) : args[0].as_uint();
  std::uint64_t result = 0;
  if (by < 64) result = direction == Shift::kLeft ? from << by : from >> by;
  return args[0].is_int() ? Value::integer(static_cast<std::int64_t>(result))
                          : Value::unsigned_integer(result);
}

Value shift_left(EvalContext& context, Arguments args) {
  return shift(context, args, Shift::kLeft);
}
Value shift_right(EvalContext& context, Arguments args) {
  return shift(context, args, Shift::kRight);
}

#define YAGURA_EXTREME_OVERLOADS(name)                                              \
  {"math_@" name "_double", "math.@" name "(double) -> double"},                    \
      {"math_@" name "_int", "math.@" name "(int) -> int"},                         \
      {"math_@" name "_uint", "math.@" name "(uint) -> uint"},                      \
      {"math_@" name "_double_double", "math.@" name "(double, double) -> double"}, \
      {"math_@" name "_int_int", "math.@" name "(int, int) -> int"},                \
      {"math_@" name "_uint_uint", "math.@" name "(uint, uint) -> uint"},           \
      {"math_@" name "_int_uint", "math.@" name "(int, uint) -> dyn"},              \
      {"math_@" name "_int_double", "math.@" name "(int, double) -> dyn"},          \
      {"math_@" name "_double_int", "math.@" name "(double, int) -> dyn"},          \
      {"math_@" name "_double_uint", "math.@" name "(double, uint) -> dyn"},        \
      {"math_@" name "_uint_int", "math.@" name "(uint, int) -> dyn"},              \
      {"math_@" name "_uint_double", "math.@" name "(uint, double) -> dyn"},        \
      {"math_@" name "_list_double", "math.@" name "(list(double)) -> double"},     \
      {"math_@" name "_list_int", "math.@" name "(list(int)) -> int"},              \
      {"math_@" name "_list_uint", "math.@" name "(list(uint)) -> uint"}

constexpr OverloadSignature kMax[] = {YAGURA_EXTREME_OVERLOADS("max")};
constexpr OverloadSignature kMin[] = {YAGURA_EXTREME_OVERLOADS("min")};
#undef YAGURA_EXTREME_OVERLOADS

constexpr OverloadSignature kCeil[] = {{"math_ceil_double", "math.ceil(double) -> double"}};
constexpr OverloadSignature kFloor[] = {{"math_floor_double", "math.floor(double) -> double"}};
constexpr OverloadSignature kRound[] = {{"math_round_double", "math.round(double) -> double"}};
constexpr OverloadSignature kTrunc[] = {{"math_trunc_double", "math.trunc(double) -> double"}};
constexpr OverloadSignature kIsNan[] = {{"math_isNaN_double", "math.isNaN(double) -> bool"}};
constexpr OverloadSignature kIsInf[] = {{"math_isInf_double", "math.isInf(double) -> bool"}};
constexpr OverloadSignature kIsFinite[] = {
    {"math_isFinite_double", "math.isFinite(double) -> bool"}};
constexpr OverloadSignature kAbs[] = {{"math_abs_double", "math.abs(double) -> double"},
                                      {"math_abs_int", "math.abs(int) -> int"},
                                      {"math_abs_uint", "math.abs(uint) -> uint"}};
constexpr OverloadSignature kSign[] = {{"math_sign_double", "math.sign(double) -> double"},
                                       {"math_sign_int", "math.sign(int) -> int"},
                                       {"math_sign_uint", "math.sign(uint) -> uint"}};
constexpr OverloadSignature kSqrt[] = {{"math_sqrt_double", "math.sqrt(double) -> double"},
                                       {"math_sqrt_int", "math.sqrt(int) -> double"},
                                       {"math_sqrt_uint", "math.sqrt(uint) -> double"}};
constexpr OverloadSignature kBitAnd[] = {
    {"math_bitAnd_int_int", "math.bitAnd(int, int) -> int"},
    {"math_bitAnd_uint_uint", "math.bitAnd(uint, uint) -> uint"}};
constexpr OverloadSignature kBitOr[] = {{"math_bitOr_int_int", "math.bitOr(int, int) -> int"},
                                        {"math_bitOr_uint_uint", "math.bitOr(uint, uint) -> uint"}};
constexpr OverloadSignature kBitXor[] = {
    {"math_bitXor_int_int", "math.bitXor(int, int) -> int"},
    {"math_bitXor_uint_uint", "math.bitXor(uint, uint) -> uint"}};
constexpr OverloadSignature kBitNot[] = {{"math_bitNot_int_int", "math.bitNot(int) -> int"},
                                         {"math_bitNot_uint_uint", "math.bitNot(uint) -> uint"}};
constexpr OverloadSignature kShiftLeft[] = {
    {"math_bitShiftLeft_int_int", "math.bitShiftLeft(int, int) -> int"},
    {"math_bitShiftLeft_uint_int", "math.bitShiftLeft(uint, int) -> uint"}};
constexpr OverloadSignature kShiftRight[] = {
    {"math_bitShiftRight_int_int", "math.bitShiftRight(int, int) -> int"},
    {"math_bitShiftRight_uint_int", "math.bitShiftRight(uint, int) -> uint"}};

constexpr Function kFunctions[] = {
    {.name = "math.@max", .overloads = kMax, .implementation = max, .min_args = 1, .max_args = 8},
    {.name = "math.@min", .overloads = kMin, .implementation = min, .min_args = 1, .max_args = 8},
    {.name = "math.ceil",
     .overloads = kCeil,
     .implementation = of_double<ceil_of>,
     .min_args = 1,
     .max_args = 1},
    {.name = "math.floor",
     .overloads = kFloor,
     .implementation = of_double<floor_of>,
     .min_args = 1,
     .max_args = 1},
    {.name = "math.round",
     .overloads = kRound,
     .implementation = of_double<round_of>,
     .min_args = 1,
     .max_args = 1},
    {.name = "math.trunc",
     .overloads = kTrunc,
     .implementation = of_double<trunc_of>,
     .min_args = 1,
     .max_args = 1},
    {.name = "math.isNaN",
     .overloads = kIsNan,
     .implementation = test_double<is_nan>,
     .min_args = 1,
     .max_args = 1},
    {.name = "math.isInf",
     .overloads = kIsInf,
     .implementation = test_double<is_inf>,
     .min_args = 1,
     .max_args = 1},
    {.name = "math.isFinite",
     .overloads = kIsFinite,
     .implementation = test_double<is_finite>,
     .min_args = 1,
     .max_args = 1},
    {.name = "math.abs", .overloads = kAbs, .implementation = abs, .min_args = 1, .max_args = 1},
    {.name = "math.sign", .overloads = kSign, .implementation = sign, .min_args = 1, .max_args = 1},
    {.name = "math.sqrt", .overloads = kSqrt, .implementation = sqrt, .min_args = 1, .max_args = 1},
    {.name = "math.bitAnd",
     .overloads = kBitAnd,
     .implementation = bit_and,
     .min_args = 2,
     .max_args = 2},
    {.name = "math.bitOr",
     .overloads = kBitOr,
     .implementation = bit_or,
     .min_args = 2,
     .max_args = 2},
    {.name = "math.bitXor",
     .overloads = kBitXor,
     .implementation = bit_xor,
     .min_args = 2,
     .max_args = 2},
    {.name = "math.bitNot",
     .overloads = kBitNot,
     .implementation = bit_not,
     .min_args = 1,
     .max_args = 1},
    {.name = "math.bitShiftLeft",
     .overloads = kShiftLeft,
     .implementation = shift_left,
     .min_args = 2,
     .max_args = 2},
    {.name = "math.bitShiftRight",
     .overloads = kShiftRight,
     .implementation = shift_right,
     .min_args = 2,
     .max_args = 2},
};

}  // namespace

std::span<const Function> math_functions() { return kFunctions; }

}  // namespace yagura::policy
