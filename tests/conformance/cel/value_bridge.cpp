#include "value_bridge.hpp"

#include <cmath>

#include "policy/program/collections.hpp"

namespace yagura::conformance {

using policy::EvalContext;
using policy::Value;
using policy::ValueKind;

namespace {

constexpr std::int64_t kNanosPerSecond = 1'000'000'000;

Value make_list(EvalContext& context, const TestValue& list) {
  policy::ListBuilder builder(context.arena());
  for (const TestValue& item : list.items) builder.add(make_value(context, item));
  return builder.build();
}

Value make_map(EvalContext& context, const TestValue& map) {
  policy::MapBuilder builder(context.arena());
  for (std::size_t i = 0; i < map.keys.size(); ++i) {
    builder.add_or_replace(make_value(context, map.keys[i]), make_value(context, map.items[i]));
  }
  return builder.build();
}

bool lists_match(const TestValue& expected, const Value& got) {
  if (!got.is_list() || got.count() != expected.items.size()) return false;
  for (std::uint32_t i = 0; i < got.count(); ++i) {
    if (!matches(expected.items[i], got.item(i))) return false;
  }
  return true;
}

bool has_entry(const Value& map, const TestValue& key, const TestValue& value) {
  for (std::uint32_t i = 0; i < map.count(); ++i) {
    if (matches(key, map.key_at(i)) && matches(value, map.value_at(i))) return true;
  }
  return false;
}

bool maps_match(const TestValue& expected, const Value& got) {
  if (!got.is_map() || got.count() != expected.keys.size()) return false;
  for (std::size_t i = 0; i < expected.keys.size(); ++i) {
    if (!has_entry(got, expected.keys[i], expected.items[i])) return false;
  }
  return true;
}

bool doubles_match(double expected, double got) {
  return (std::isnan(expected) && std::isnan(got)) || expected == got;
}

}  // namespace

Value make_value(EvalContext& context, const TestValue& value) {
  switch (value.type) {
    case ValueType::kNone:
    case ValueType::kMessage:
      return {};
    case ValueType::kNull:
      return Value::null();
    case ValueType::kBool:
      return Value::boolean(value.truth);
    case ValueType::kEnum:  // as everywhere but in the experiment with strong enums
    case ValueType::kInt:
      return Value::integer(value.integer);
    case ValueType::kUint:
      return Value::unsigned_integer(value.unsigned_integer);
    case ValueType::kDouble:
      return Value::real(value.real);
    case ValueType::kString:
      return context.copy_string(value.text);
    case ValueType::kBytes:
      return context.copy_bytes(value.text);
    case ValueType::kType:
      return Value::type(context.arena().copy(value.text));
    case ValueType::kTimestamp:
      return Value::timestamp({.seconds = value.integer, .nanos = value.nanos});
    case ValueType::kDuration:
      return Value::duration(value.integer * kNanosPerSecond + value.nanos);
    case ValueType::kList:
      return make_list(context, value);
    case ValueType::kMap:
      return make_map(context, value);
  }
  return {};
}

bool matches(const TestValue& expected, const Value& got) {
  switch (expected.type) {
    case ValueType::kNone:
    case ValueType::kEnum:
    case ValueType::kMessage:
      return false;
    case ValueType::kNull:
      return got.is_null();
    case ValueType::kBool:
      return got.is_bool() && got.as_bool() == expected.truth;
    case ValueType::kInt:
      return got.is_int() && got.as_int() == expected.integer;
    case ValueType::kUint:
      return got.is_uint() && got.as_uint() == expected.unsigned_integer;
    case ValueType::kDouble:
      return got.is_double() && doubles_match(expected.real, got.as_double());
    case ValueType::kString:
      return got.is_string() && got.as_string() == expected.text;
    case ValueType::kBytes:
      return got.is_bytes() && got.as_bytes() == expected.text;
    case ValueType::kType:
      return got.is_type() && got.as_type() == expected.text;
    case ValueType::kTimestamp:
      return got.is_timestamp() &&
             got.as_timestamp() ==
                 policy::Timestamp{.seconds = expected.integer, .nanos = expected.nanos};
    case ValueType::kDuration:
      return got.is_duration() &&
             got.as_duration() == expected.integer * kNanosPerSecond + expected.nanos;
    case ValueType::kList:
      return lists_match(expected, got);
    case ValueType::kMap:
      return maps_match(expected, got);
  }
  return false;
}

std::string describe(const TestValue& value) {
  EvalContext context;
  if (value.type == ValueType::kMessage) return "message " + value.text;
  if (value.type == ValueType::kEnum) return value.text + "(" + std::to_string(value.integer) + ")";
  if (value.type == ValueType::kNone) return "no value";
  return policy::to_debug_string(make_value(context, value));
}

}  // namespace yagura::conformance
