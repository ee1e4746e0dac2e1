#include "policy/library/internal/conversions.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

#include "core/utf8.hpp"
#include "policy/library/time.hpp"

namespace yagura::policy {
namespace {

Value conversion_error(EvalContext& context, const Value& from, std::string_view to) {
  return context.error(
      ErrorKind::kInvalidArgument,
      fmt::format("type conversion error from {} to '{}'", to_debug_string(from, 100), to));
}

Value range_error(EvalContext& context, std::string_view to) {
  return context.error(ErrorKind::kOutOfRange, fmt::format("{} range", to));
}

// Go's strconv takes a sign that from_chars does not.
std::string_view without_plus(std::string_view text) {
  const bool plus = text.size() > 1 && text[0] == '+' && text[1] != '-' && text[1] != '+';
  return plus ? text.substr(1) : text;
}

template <typename Number>
bool parse_number(std::string_view text, Number& number, bool& out_of_range) {
  const std::string_view digits = without_plus(text);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  out_of_range = error == std::errc::result_out_of_range;
  return error == std::errc() && end == digits.data() + digits.size();
}

bool has_hex_prefix(std::string_view digits) {
  if (digits.starts_with('-')) digits.remove_prefix(1);
  return digits.starts_with("0x") || digits.starts_with("0X");
}

// Digits and decimal exponent of the shortest text that reads back.
struct Decimal {
  std::string digits;
  int exponent = 0;
};

Decimal decimal_of(double value) {
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                 std::chars_format::scientific)
                       .ptr;
  const std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  const std::size_t e = text.find('e');
  Decimal decimal;
  for (const char c : text.substr(0, e)) {
    if (c != '.') decimal.digits += c;
  }
  const std::string_view exponent = without_plus(text.substr(e + 1));
  std::from_chars(exponent.data(), exponent.data() + exponent.size(), decimal.exponent);
  return decimal;
}

}  // namespace

std::string fixed_double_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  std::array<char, 400> buffer{};
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed)
          .ptr;
  return {buffer.data(), end};
}

std::string double_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  const Decimal decimal = decimal_of(std::abs(value));
  constexpr int kLeastExponent = -4;
  constexpr int kPlainDigits = 6;
  if (decimal.exponent >= kLeastExponent && decimal.exponent < kPlainDigits) {
    return fixed_double_text(value);
  }
  std::string text = std::signbit(value) ? "-" : "";
  text += decimal.digits[0];
  if (decimal.digits.size() > 1) text += '.' + decimal.digits.substr(1);
  text += fmt::format("e{}{:02}", decimal.exponent < 0 ? '-' : '+', std::abs(decimal.exponent));
  return text;
}

Value to_bool(EvalContext& context, Arguments args) {
  if (args[0].is_bool()) return args[0];
  if (!args[0].is_string()) return no_overload();
  const std::string_view text = args[0].as_string();
  for (const std::string_view yes : {"1", "t", "T", "true", "TRUE", "True"}) {
    if (text == yes) return Value::boolean(true);
  }
  for (const std::string_view no : {"0", "f", "F", "false", "FALSE", "False"}) {
    if (text == no) return Value::boolean(false);
  }
  return conversion_error(context, args[0], "bool");
}

Value to_bytes(EvalContext&, Arguments args) {
  if (args[0].is_bytes()) return args[0];
  return args[0].is_string() ? Value::bytes(args[0].as_string()) : no_overload();
}

Value to_double(EvalContext& context, Arguments args) {
  switch (args[0].kind()) {
    case ValueKind::kDouble:
      return args[0];
    case ValueKind::kInt:
      return Value::real(static_cast<double>(args[0].as_int()));
    case ValueKind::kUint:
      return Value::real(static_cast<double>(args[0].as_uint()));
    case ValueKind::kString: {
      double number = 0;
      bool out_of_range = false;
      if (has_hex_prefix(args[0].as_string()) ||
          !parse_number(args[0].as_string(), number, out_of_range)) {
        return out_of_range ? range_error(context, "double")
                            : conversion_error(context, args[0], "double");
      }
      return Value::real(number);
    }
    default:
      return no_overload();
  }
}

Value to_int(EvalContext& context, Arguments args) {
  switch (args[0].kind()) {
    case ValueKind::kInt:
      return Value::integer(args[0].as_int());
    case ValueKind::kUint:
      if (args[0].as_uint() > INT64_MAX) return range_error(context, "int");
      return Value::integer(static_cast<std::int64_t>(args[0].as_uint()));
    case ValueKind::kDouble: {
      const double d = args[0].as_double();
      if (!(d > -0x1p63 && d < 0x1p63)) return range_error(context, "int");
      return Value::integer(static_cast<std::int64_t>(d));
    }
    case ValueKind::kString: {
      std::int64_t number = 0;
      bool out_of_range = false;
      if (parse_number(args[0].as_string(), number, out_of_range)) return Value::integer(number);
      return out_of_range ? range_error(context, "int") : conversion_error(context, args[0], "int");
    }
    case ValueKind::kTimestamp:
      return Value::integer(args[0].as_timestamp().seconds);
    case ValueKind::kDuration:
      return Value::integer(args[0].as_duration());
    default:
      return no_overload();
  }
}

Value to_uint(EvalContext& context, Arguments args) {
  switch (args[0].kind()) {
    case ValueKind::kUint:
      return args[0];
    case ValueKind::kInt:
      if (args[0].as_int() < 0) return range_error(context, "uint");
      return Value::unsigned_integer(static_cast<std::uint64_t>(args[0].as_int()));
    case ValueKind::kDouble: {
      const double d = args[0].as_double();
      if (!(d >= 0 && d < 0x1p64)) return range_error(context, "uint");
      return Value::unsigned_integer(static_cast<std::uint64_t>(d));
    }
    case ValueKind::kString: {
      std::uint64_t number = 0;
      bool out_of_range = false;
      if (parse_number(args[0].as_string(), number, out_of_range)) {
        return Value::unsigned_integer(number);
      }
      return out_of_range ? range_error(context, "uint")
                          : conversion_error(context, args[0], "uint");
    }
    default:
      return no_overload();
  }
}

Value to_string(EvalContext& context, Arguments args) {
  switch (args[0].kind()) {
    case ValueKind::kString:
      return args[0];
    case ValueKind::kBool:
      return Value::string(args[0].as_bool() ? "true" : "false", true);
    case ValueKind::kInt:
      return context.copy_string(fmt::format("{}", args[0].as_int()));
    case ValueKind::kUint:
      return context.copy_string(fmt::format("{}", args[0].as_uint()));
    case ValueKind::kDouble:
      return context.copy_string(double_text(args[0].as_double()));
    case ValueKind::kBytes:
      if (core::find_invalid_utf8(args[0].as_bytes()) != std::string_view::npos) {
        return context.error(ErrorKind::kInvalidArgument, "invalid UTF-8 in bytes");
      }
      return Value::string(args[0].as_bytes());
    case ValueKind::kTimestamp:
      return context.copy_string(format_timestamp(args[0].as_timestamp()));
    case ValueKind::kDuration:
      return context.copy_string(format_duration(args[0].as_duration()));
    default:
      return no_overload();
  }
}

Value to_timestamp(EvalContext& context, Arguments args) {
  if (args[0].is_timestamp()) return args[0];
  if (args[0].is_int()) {
    const Timestamp time{.seconds = args[0].as_int(), .nanos = 0};
    return is_valid(time) ? Value::timestamp(time) : range_error(context, "timestamp");
  }
  if (!args[0].is_string()) return no_overload();
  const std::optional<Timestamp> time = parse_timestamp(args[0].as_string());
  return time ? Value::timestamp(*time) : conversion_error(context, args[0], "timestamp");
}

Value to_duration(EvalContext& context, Arguments args) {
  if (args[0].is_duration()) return args[0];
  if (args[0].is_int()) return Value::duration(args[0].as_int());
  if (!args[0].is_string()) return no_overload();
  const std::optional<std::int64_t> nanoseconds = parse_duration(args[0].as_string());
  return nanoseconds ? Value::duration(*nanoseconds)
                     : conversion_error(context, args[0], "duration");
}

}  // namespace yagura::policy
