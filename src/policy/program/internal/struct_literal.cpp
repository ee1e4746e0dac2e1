#include "policy/program/internal/struct_literal.hpp"

#include <array>
#include <cmath>

#include "policy/library/time.hpp"

namespace yagura::policy {
namespace {

using Maker = Value (*)(EvalContext&, const Value& fields);

Value field(const Value& fields, std::string_view name) { return fields.find(name); }

bool is_unset(const Value& value) { return value.is_absent() || value.is_null(); }

template <ValueKind kKind>
Value wrapper(EvalContext&, const Value& fields) {
  const Value value = field(fields, "value");
  if (is_unset(value)) {
    switch (kKind) {
      case ValueKind::kBool:
        return Value::boolean(false);
      case ValueKind::kInt:
        return Value::integer(0);
      case ValueKind::kUint:
        return Value::unsigned_integer(0);
      case ValueKind::kDouble:
        return Value::real(0);
      case ValueKind::kString:
        return Value::string("");
      default:
        return Value::bytes("");
    }
  }
  return value.is(kKind) ? value : EvalContext::no_such_overload();
}

Value int32_wrapper(EvalContext& context, const Value& fields) {
  const Value value = wrapper<ValueKind::kInt>(context, fields);
  if (value.is_int() && (value.as_int() < INT32_MIN || value.as_int() > INT32_MAX)) {
    return context.error(ErrorKind::kOutOfRange, "int32");
  }
  return value;
}

Value uint32_wrapper(EvalContext& context, const Value& fields) {
  const Value value = wrapper<ValueKind::kUint>(context, fields);
  if (value.is_uint() && value.as_uint() > UINT32_MAX) {
    return context.error(ErrorKind::kOutOfRange, "uint32");
  }
  return value;
}

Value float_wrapper(EvalContext& context, const Value& fields) {
  const Value value = wrapper<ValueKind::kDouble>(context, fields);
  if (!value.is_double()) return value;
  return Value::real(static_cast<double>(static_cast<float>(value.as_double())));
}

Value json_value(EvalContext& context, const Value& fields) {
  Value result = Value::null();
  for (std::uint32_t i = 0; i < fields.count(); ++i) {
    const std::string_view name = fields.key_at(i).as_string();
    const Value value = fields.value_at(i);
    if (name == "null_value") {
      result = Value::null();
    } else if (name == "number_value" && value.is_int()) {
      result = Value::real(static_cast<double>(value.as_int()));
    } else {
      result = value;
    }
  }
  (void)context;
  return result;
}

Value json_struct(EvalContext& context, const Value& fields) {
  const Value value = field(fields, "fields");
  if (is_unset(value)) return Value::map(context.arena().make<MapData>());
  return value.is_map() ? value : EvalContext::no_such_overload();
}

Value json_list(EvalContext&, const Value& fields) {
  const Value value = field(fields, "values");
  if (is_unset(value)) return Value::list({});
  return value.is_list() ? value : EvalContext::no_such_overload();
}

std::int64_t integer_or_zero(const Value& value) { return value.is_int() ? value.as_int() : 0; }

Value timestamp(EvalContext& context, const Value& fields) {
  const Timestamp time{.seconds = integer_or_zero(field(fields, "seconds")),
                       .nanos = static_cast<std::int32_t>(integer_or_zero(field(fields, "nanos")))};
  if (!is_valid(time)) return context.error(ErrorKind::kOutOfRange, "timestamp");
  return Value::timestamp(time);
}

Value duration(EvalContext& context, const Value& fields) {
  std::int64_t nanoseconds = 0;
  if (__builtin_mul_overflow(integer_or_zero(field(fields, "seconds")), std::int64_t{1'000'000'000},
                             &nanoseconds) ||
      __builtin_add_overflow(nanoseconds, integer_or_zero(field(fields, "nanos")), &nanoseconds)) {
    return context.error(ErrorKind::kOutOfRange, "duration");
  }
  return Value::duration(nanoseconds);
}

struct WellKnown {
  std::string_view name;
  Maker make;
};

constexpr std::array kWellKnown{
    WellKnown{"google.protobuf.BoolValue", wrapper<ValueKind::kBool>},
    WellKnown{"google.protobuf.Int32Value", int32_wrapper},
    WellKnown{"google.protobuf.Int64Value", wrapper<ValueKind::kInt>},
    WellKnown{"google.protobuf.UInt32Value", uint32_wrapper},
    WellKnown{"google.protobuf.UInt64Value", wrapper<ValueKind::kUint>},
    WellKnown{"google.protobuf.FloatValue", float_wrapper},
    WellKnown{"google.protobuf.DoubleValue", wrapper<ValueKind::kDouble>},
    WellKnown{"google.protobuf.StringValue", wrapper<ValueKind::kString>},
    WellKnown{"google.protobuf.BytesValue", wrapper<ValueKind::kBytes>},
    WellKnown{"google.protobuf.Value", json_value},
    WellKnown{"google.protobuf.Struct", json_struct},
    WellKnown{"google.protobuf.ListValue", json_list},
    WellKnown{"google.protobuf.Timestamp", timestamp},
    WellKnown{"google.protobuf.Duration", duration},
};

}  // namespace

Value make_struct(EvalContext& context, std::string_view name, const Value& fields) {
  for (const WellKnown& known : kWellKnown) {
    if (known.name == name) return known.make(context, fields);
  }
  return fields;
}

}  // namespace yagura::policy
