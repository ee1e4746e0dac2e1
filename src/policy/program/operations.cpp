#include "policy/program/operations.hpp"

#include <cmath>
#include <cstring>
#include <optional>

#include "core/utf8.hpp"
#include "policy/library/time.hpp"
#include "policy/program/collections.hpp"

namespace yagura::policy {
namespace {

Value overflow(EvalContext& context) { return context.error(ErrorKind::kOverflow); }

// What a checked operation of the compiler's (true: it overflowed) gives.
template <typename Operation>
Value integers(EvalContext& context, const Value& a, const Value& b, Operation operation) {
  std::int64_t result = 0;
  if (operation(a.as_int(), b.as_int(), &result)) return overflow(context);
  return Value::integer(result);
}
template <typename Operation>
Value unsigned_integers(EvalContext& context, const Value& a, const Value& b, Operation operation) {
  std::uint64_t result = 0;
  if (operation(a.as_uint(), b.as_uint(), &result)) return overflow(context);
  return Value::unsigned_integer(result);
}
template <typename Operation>
Value durations(EvalContext& context, const Value& a, const Value& b, Operation operation) {
  std::int64_t result = 0;
  if (operation(a.as_duration(), b.as_duration(), &result)) {
    return context.error(ErrorKind::kOutOfRange, "duration");
  }
  return Value::duration(result);
}

constexpr auto kAdd = [](auto a, auto b, auto* out) { return __builtin_add_overflow(a, b, out); };
constexpr auto kSubtract = [](auto a, auto b, auto* out) {
  return __builtin_sub_overflow(a, b, out);
};
constexpr auto kMultiply = [](auto a, auto b, auto* out) {
  return __builtin_mul_overflow(a, b, out);
};

Value concatenate(EvalContext& context, const Value& a, const Value& b) {
  const std::string_view x = a.is_string() ? a.as_string() : a.as_bytes();
  const std::string_view y = b.is_string() ? b.as_string() : b.as_bytes();
  if (x.size() + y.size() > UINT32_MAX || !context.can_allocate(x.size() + y.size())) {
    return EvalContext::memory_exceeded();
  }
  if (y.empty()) return a;
  if (x.empty()) return b;
  char* out = static_cast<char*>(context.arena().allocate(x.size() + y.size(), 1));
  std::memcpy(out, x.data(), x.size());
  std::memcpy(out + x.size(), y.data(), y.size());
  const std::string_view text(out, x.size() + y.size());
  return a.is_string() ? Value::string(text, a.is_known_ascii() && b.is_known_ascii())
                       : Value::bytes(text);
}

Value concatenate_lists(EvalContext& context, const Value& a, const Value& b) {
  if (b.count() == 0) return a;
  if (a.count() == 0) return b;
  const std::size_t count = std::size_t{a.count()} + b.count();
  if (!context.can_allocate(count * sizeof(Value))) return EvalContext::memory_exceeded();
  ListBuilder list(context.arena(), count);
  list.add_all(a);
  list.add_all(b);
  return list.build();
}

Value timestamp_plus(EvalContext& context, const Timestamp& time, std::int64_t nanoseconds) {
  const std::optional<Timestamp> sum = add_duration(time, nanoseconds);
  if (!sum) return context.error(ErrorKind::kOutOfRange, "timestamp");
  return Value::timestamp(*sum);
}

Value negative_duration_added(EvalContext& context, const Timestamp& time,
                              std::int64_t nanoseconds) {
  if (nanoseconds == INT64_MIN) return context.error(ErrorKind::kOutOfRange, "timestamp");
  return timestamp_plus(context, time, -nanoseconds);
}

Value timestamp_difference(EvalContext& context, const Timestamp& a, const Timestamp& b) {
  std::int64_t nanoseconds = 0;
  const bool overflowed =
      __builtin_mul_overflow(a.seconds - b.seconds, std::int64_t{1'000'000'000}, &nanoseconds) ||
      __builtin_add_overflow(nanoseconds, std::int64_t{a.nanos} - b.nanos, &nanoseconds);
  if (overflowed) return context.error(ErrorKind::kOutOfRange, "duration");
  return Value::duration(nanoseconds);
}

// An index into a list, where the value is one.
std::optional<std::int64_t> list_index(const Value& value) {
  if (value.is_int()) return value.as_int();
  if (value.is_uint()) {
    return value.as_uint() <= INT64_MAX ? static_cast<std::int64_t>(value.as_uint()) : INT64_MAX;
  }
  if (value.is_double()) {
    const double d = value.as_double();
    if (std::trunc(d) == d && std::abs(d) < 0x1p62) return static_cast<std::int64_t>(d);
  }
  return std::nullopt;
}

Value no_such_key(EvalContext& context, const Value& key) {
  if (key.is_string()) return context.error(ErrorKind::kNoSuchKey, key.as_string());
  return context.error(ErrorKind::kNoSuchKey, to_debug_string(key, 100));
}

Value key_of_kind_error(EvalContext& context, const Value& key) {
  if (is_map_key(key) || key.is_double()) return no_such_key(context, key);
  return EvalContext::no_such_overload();
}

// The item, or kAbsent where there is none, or an error where the index is none.
Value find_index(EvalContext& context, const Value& a, const Value& b) {
  if (a.is_map()) {
    const Value found = a.find(b);
    if (!found.is_absent() || is_map_key(b) || b.is_double()) return found;
    return EvalContext::no_such_overload();
  }
  if (!a.is_list()) return EvalContext::no_such_overload();
  const std::optional<std::int64_t> at = list_index(b);
  if (!at) {
    return context.error(ErrorKind::kInvalidArgument,
                         "unsupported index value of type " + std::string(type_name(b)));
  }
  if (*at < 0 || *at >= a.count()) return {};
  return a.item(static_cast<std::uint32_t>(*at));
}

// What select, index and their optional forms do with an optional.
template <typename Find>
Value inside_optional(EvalContext& context, const Value& optional, Find find) {
  const Value* value = optional.as_optional();
  if (value == nullptr) return optional;
  const Value found = find(*value);
  if (found.is_absent()) return EvalContext::none();
  if (found.is_abnormal()) return found;
  return context.some(found);
}

// The field, kAbsent, or an error. What is neither map nor list has no fields.
Value find_field(EvalContext& context, const Value& a, std::string_view field) {
  if (a.is_map()) {
    const Value found = a.find(field);
    return context.is_absent_null(found) ? Value() : found;
  }
  if (a.is_list()) {
    return context.error(ErrorKind::kInvalidArgument, "unsupported index value of type string");
  }
  return a.is_abnormal() ? a : Value();
}

}  // namespace

Value add(EvalContext& context, const Value& a, const Value& b) {
  if (a.is_timestamp() && b.is_duration()) {
    return timestamp_plus(context, a.as_timestamp(), b.as_duration());
  }
  if (a.is_duration() && b.is_timestamp()) {
    return timestamp_plus(context, b.as_timestamp(), a.as_duration());
  }
  if (a.kind() != b.kind()) return EvalContext::no_such_overload();
  switch (a.kind()) {
    case ValueKind::kInt:
      return integers(context, a, b, kAdd);
    case ValueKind::kUint:
      return unsigned_integers(context, a, b, kAdd);
    case ValueKind::kDouble:
      return Value::real(a.as_double() + b.as_double());
    case ValueKind::kString:
    case ValueKind::kBytes:
      return concatenate(context, a, b);
    case ValueKind::kList:
      return concatenate_lists(context, a, b);
    case ValueKind::kDuration:
      return durations(context, a, b, kAdd);
    default:
      return EvalContext::no_such_overload();
  }
}

Value subtract(EvalContext& context, const Value& a, const Value& b) {
  if (a.is_timestamp() && b.is_duration()) {
    return negative_duration_added(context, a.as_timestamp(), b.as_duration());
  }
  if (a.kind() != b.kind()) return EvalContext::no_such_overload();
  switch (a.kind()) {
    case ValueKind::kInt:
      return integers(context, a, b, kSubtract);
    case ValueKind::kUint:
      return unsigned_integers(context, a, b, kSubtract);
    case ValueKind::kDouble:
      return Value::real(a.as_double() - b.as_double());
    case ValueKind::kTimestamp:
      return timestamp_difference(context, a.as_timestamp(), b.as_timestamp());
    case ValueKind::kDuration:
      return durations(context, a, b, kSubtract);
    default:
      return EvalContext::no_such_overload();
  }
}

Value multiply(EvalContext& context, const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return EvalContext::no_such_overload();
  switch (a.kind()) {
    case ValueKind::kInt:
      return integers(context, a, b, kMultiply);
    case ValueKind::kUint:
      return unsigned_integers(context, a, b, kMultiply);
    case ValueKind::kDouble:
      return Value::real(a.as_double() * b.as_double());
    default:
      return EvalContext::no_such_overload();
  }
}

Value divide(EvalContext& context, const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return EvalContext::no_such_overload();
  switch (a.kind()) {
    case ValueKind::kInt:
      if (b.as_int() == 0) return context.error(ErrorKind::kDivisionByZero);
      if (b.as_int() == -1) return negate(context, a);
      return Value::integer(a.as_int() / b.as_int());
    case ValueKind::kUint:
      if (b.as_uint() == 0) return context.error(ErrorKind::kDivisionByZero);
      return Value::unsigned_integer(a.as_uint() / b.as_uint());
    case ValueKind::kDouble:
      return Value::real(a.as_double() / b.as_double());
    default:
      return EvalContext::no_such_overload();
  }
}

Value modulo(EvalContext& context, const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return EvalContext::no_such_overload();
  switch (a.kind()) {
    case ValueKind::kInt:
      if (b.as_int() == 0) return context.error(ErrorKind::kModulusByZero);
      if (b.as_int() == -1) {
        return a.as_int() == INT64_MIN ? overflow(context) : Value::integer(0);
      }
      return Value::integer(a.as_int() % b.as_int());
    case ValueKind::kUint:
      if (b.as_uint() == 0) return context.error(ErrorKind::kModulusByZero);
      return Value::unsigned_integer(a.as_uint() % b.as_uint());
    default:
      return EvalContext::no_such_overload();
  }
}

Value negate(EvalContext& context, const Value& a) {
  switch (a.kind()) {
    case ValueKind::kInt:
      return a.as_int() == INT64_MIN ? overflow(context) : Value::integer(-a.as_int());
    case ValueKind::kDouble:
      return Value::real(-a.as_double());
    default:
      return EvalContext::no_such_overload();
  }
}

Value index(EvalContext& context, const Value& a, const Value& b) {
  if (a.is_optional()) {
    return inside_optional(context, a,
                           [&](const Value& value) { return find_index(context, value, b); });
  }
  const Value found = find_index(context, a, b);
  if (!found.is_absent()) return found;
  if (a.is_map()) return key_of_kind_error(context, b);
  return context.error(ErrorKind::kInvalidArgument, "index out of bounds: " + to_debug_string(b));
}

Value optional_index(EvalContext& context, const Value& a, const Value& b) {
  if (a.is_optional()) return index(context, a, b);
  const Value found = find_index(context, a, b);
  if (found.is_absent()) return EvalContext::none();
  return found.is_abnormal() ? found : context.some(found);
}

Value select(EvalContext& context, const Value& a, std::string_view field) {
  if (a.is_optional()) {
    // A map may lack the field; what can have no fields is wrong (cel-spec's suite "optionals";
    // cel-go is none here).
    return inside_optional(context, a, [&](const Value& value) {
      const Value found = find_field(context, value, field);
      return found.is_absent() && !value.is_map() ? context.error(ErrorKind::kNoSuchKey, field)
                                                  : found;
    });
  }
  const Value found = find_field(context, a, field);
  return found.is_absent() ? context.error(ErrorKind::kNoSuchKey, field) : found;
}

Value optional_select(EvalContext& context, const Value& a, std::string_view field) {
  if (a.is_optional()) {
    return inside_optional(context, a,
                           [&](const Value& value) { return find_field(context, value, field); });
  }
  const Value found = find_field(context, a, field);
  if (found.is_absent()) return EvalContext::none();
  return found.is_abnormal() ? found : context.some(found);
}

Value has_field(EvalContext& context, const Value& a, std::string_view field) {
  if (a.is_optional()) {
    if (a.as_optional() == nullptr) return Value::boolean(false);
    return has_field(context, *a.as_optional(), field);
  }
  const Value found = find_field(context, a, field);
  if (found.is_error() || found.is_unknown()) return found;
  return Value::boolean(!found.is_absent());
}

Value contains(EvalContext& context, const Value& a, const Value& b) {
  if (b.is_map()) {
    if (a.is_string()) context.note_work(a.count() / 16);
    return Value::boolean(!b.find(a).is_absent());
  }
  if (!b.is_list()) return EvalContext::no_such_overload();
  std::uint64_t work = b.count();
  bool found = false;
  for (std::uint32_t i = 0; !found && i < b.count(); ++i) found = equal(a, b.item(i), work);
  context.note_work(work);
  return Value::boolean(found);
}

std::int64_t size_of(const Value& a) {
  switch (a.kind()) {
    case ValueKind::kString:
      return a.is_known_ascii() ? a.count()
                                : static_cast<std::int64_t>(core::utf8_length(a.as_string()));
    case ValueKind::kBytes:
    case ValueKind::kList:
    case ValueKind::kMap:
      return a.count();
    default:
      return -1;
  }
}

bool is_zero_value(const Value& a) {
  switch (a.kind()) {
    case ValueKind::kNull:
      return true;
    case ValueKind::kBool:
      return !a.as_bool();
    case ValueKind::kInt:
      return a.as_int() == 0;
    case ValueKind::kUint:
      return a.as_uint() == 0;
    case ValueKind::kDouble:
      return a.as_double() == 0;
    case ValueKind::kString:
    case ValueKind::kBytes:
    case ValueKind::kList:
    case ValueKind::kMap:
      return a.count() == 0;
    case ValueKind::kDuration:
      return a.as_duration() == 0;
    case ValueKind::kTimestamp:
      return a.as_timestamp() == Timestamp{};
    case ValueKind::kOptional:
      return a.as_optional() == nullptr;
    default:
      return false;
  }
}

}  // namespace yagura::policy
