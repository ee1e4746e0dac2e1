// The standard functions' table. The operators are here for their signatures; the compiler makes
// ops of them.

#include <re2/re2.h>

#include <array>

#include "policy/library/internal/arguments.hpp"
#include "policy/library/internal/conversions.hpp"
#include "policy/library/internal/search.hpp"
#include "policy/library/internal/time_accessors.hpp"
#include "policy/library/library.hpp"
#include "policy/program/operations.hpp"

namespace yagura::policy {
namespace {

Value size(EvalContext&, Arguments args) {
  const std::int64_t size = size_of(args[0]);
  return size < 0 ? no_overload() : Value::integer(size);
}

bool are_strings(Arguments args) { return args[0].is_string() && args[1].is_string(); }

Value contains_string(EvalContext& context, Arguments args) {
  if (!are_strings(args)) return no_overload();
  if (!context.charge(traversal_cost(cost_size(args[0])) * traversal_cost(cost_size(args[1])))) {
    return EvalContext::cost_exceeded();
  }
  return Value::boolean(find_text(args[0].as_string(), args[1].as_string()) !=
                        std::string_view::npos);
}

Value starts_with(EvalContext& context, Arguments args) {
  if (!are_strings(args)) return no_overload();
  (void)charge_traversal(context, cost_size(args[0]));
  return Value::boolean(args[0].as_string().starts_with(args[1].as_string()));
}

Value ends_with(EvalContext& context, Arguments args) {
  if (!are_strings(args)) return no_overload();
  (void)charge_traversal(context, cost_size(args[0]));
  return Value::boolean(args[0].as_string().ends_with(args[1].as_string()));
}

// For patterns that are not known when compiled.
Value matches(EvalContext& context, Arguments args) {
  if (!are_strings(args)) return no_overload();
  const std::uint64_t pattern_cost = (cost_size(args[1]) + 3) / 4;
  if (!context.charge(traversal_cost(1 + cost_size(args[0])) * pattern_cost)) {
    return EvalContext::cost_exceeded();
  }
  const re2::RE2* regex = context.regex(args[1].as_string());
  if (regex == nullptr) {
    return context.error(ErrorKind::kInvalidArgument,
                         "invalid regular expression: " + std::string(args[1].as_string()));
  }
  const std::string_view text = args[0].as_string();
  return Value::boolean(re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *regex));
}

Value dyn(EvalContext&, Arguments args) { return args[0]; }

Value type_of(EvalContext&, Arguments args) { return Value::type(type_name(args[0])); }

constexpr OverloadSignature kAnd[] = {{"logical_and", "_&&_(bool, bool) -> bool"}};
constexpr OverloadSignature kOr[] = {{"logical_or", "_||_(bool, bool) -> bool"}};
constexpr OverloadSignature kNot[] = {{"logical_not", "!_(bool) -> bool"}};
constexpr OverloadSignature kConditional[] = {{"conditional", "_?_:_(bool, A, A) -> A"}};
constexpr OverloadSignature kEquals[] = {{"equals", "_==_(A, A) -> bool"}};
constexpr OverloadSignature kNotEquals[] = {{"not_equals", "_!=_(A, A) -> bool"}};
constexpr OverloadSignature kIn[] = {{"in_list", "@in(A, list(A)) -> bool"},
                                     {"in_map", "@in(A, map(A, B)) -> bool"}};
constexpr OverloadSignature kIndex[] = {{"index_list", "_[_](list(A), int) -> A"},
                                        {"index_map", "_[_](map(A, B), A) -> B"}};
constexpr OverloadSignature kAdd[] = {
    {"add_int64", "_+_(int, int) -> int"},
    {"add_uint64", "_+_(uint, uint) -> uint"},
    {"add_double", "_+_(double, double) -> double"},
    {"add_string", "_+_(string, string) -> string"},
    {"add_bytes", "_+_(bytes, bytes) -> bytes"},
    {"add_list", "_+_(list(A), list(A)) -> list(A)"},
    {"add_timestamp_duration",
     "_+_(google.protobuf.Timestamp, google.protobuf.Duration) -> google.protobuf.Timestamp"},
    {"add_duration_timestamp",
     "_+_(google.protobuf.Duration, google.protobuf.Timestamp) -> google.protobuf.Timestamp"},
    {"add_duration_duration",
     "_+_(google.protobuf.Duration, google.protobuf.Duration) -> google.protobuf.Duration"}};
constexpr OverloadSignature kSubtract[] = {
    {"subtract_int64", "_-_(int, int) -> int"},
    {"subtract_uint64", "_-_(uint, uint) -> uint"},
    {"subtract_double", "_-_(double, double) -> double"},
    {"subtract_timestamp_timestamp",
     "_-_(google.protobuf.Timestamp, google.protobuf.Timestamp) -> google.protobuf.Duration"},
    {"subtract_timestamp_duration",
     "_-_(google.protobuf.Timestamp, google.protobuf.Duration) -> google.protobuf.Timestamp"},
    {"subtract_duration_duration",
     "_-_(google.protobuf.Duration, google.protobuf.Duration) -> google.protobuf.Duration"}};
constexpr OverloadSignature kMultiply[] = {{"multiply_int64", "_*_(int, int) -> int"},
                                           {"multiply_uint64", "_*_(uint, uint) -> uint"},
                                           {"multiply_double", "_*_(double, double) -> double"}};
constexpr OverloadSignature kDivide[] = {{"divide_int64", "_/_(int, int) -> int"},
                                         {"divide_uint64", "_/_(uint, uint) -> uint"},
                                         {"divide_double", "_/_(double, double) -> double"}};
constexpr OverloadSignature kModulo[] = {{"modulo_int64", "_%_(int, int) -> int"},
                                         {"modulo_uint64", "_%_(uint, uint) -> uint"}};
constexpr OverloadSignature kNegate[] = {{"negate_int64", "-_(int) -> int"},
                                         {"negate_double", "-_(double) -> double"}};

#define YAGURA_ORDER_OVERLOADS(id, op)                                                           \
  {id "_bool", op "(bool, bool) -> bool"}, {id "_int64", op "(int, int) -> bool"},               \
      {id "_int64_double", op "(int, double) -> bool"},                                          \
      {id "_int64_uint64", op "(int, uint) -> bool"}, {id "_uint64", op "(uint, uint) -> bool"}, \
      {id "_uint64_double", op "(uint, double) -> bool"},                                        \
      {id "_uint64_int64", op "(uint, int) -> bool"},                                            \
      {id "_double", op "(double, double) -> bool"},                                             \
      {id "_double_int64", op "(double, int) -> bool"},                                          \
      {id "_double_uint64", op "(double, uint) -> bool"},                                        \
      {id "_string", op "(string, string) -> bool"}, {id "_bytes", op "(bytes, bytes) -> bool"}, \
      {id "_timestamp", op "(google.protobuf.Timestamp, google.protobuf.Timestamp) -> bool"},    \
      {id "_duration", op "(google.protobuf.Duration, google.protobuf.Duration) -> bool"}

constexpr OverloadSignature kLess[] = {YAGURA_ORDER_OVERLOADS("less", "_<_")};
constexpr OverloadSignature kLessEquals[] = {YAGURA_ORDER_OVERLOADS("less_equals", "_<=_")};
constexpr OverloadSignature kGreater[] = {YAGURA_ORDER_OVERLOADS("greater", "_>_")};
constexpr OverloadSignature kGreaterEquals[] = {YAGURA_ORDER_OVERLOADS("greater_equals", "_>=_")};
#undef YAGURA_ORDER_OVERLOADS

constexpr OverloadSignature kSize[] = {
    {"size_string", "size(string) -> int"},  {"size_bytes", "size(bytes) -> int"},
    {"size_list", "size(list(A)) -> int"},   {"size_map", "size(map(A, B)) -> int"},
    {"string_size", "string.size() -> int"}, {"bytes_size", "bytes.size() -> int"},
    {"list_size", "list(A).size() -> int"},  {"map_size", "map(A, B).size() -> int"}};
constexpr OverloadSignature kContains[] = {{"contains_string", "string.contains(string) -> bool"}};
constexpr OverloadSignature kStartsWith[] = {
    {"starts_with_string", "string.startsWith(string) -> bool"}};
constexpr OverloadSignature kEndsWith[] = {{"ends_with_string", "string.endsWith(string) -> bool"}};
constexpr OverloadSignature kMatches[] = {{"matches", "matches(string, string) -> bool"},
                                          {"matches_string", "string.matches(string) -> bool"}};

constexpr OverloadSignature kBool[] = {{"bool_to_bool", "bool(bool) -> bool"},
                                       {"string_to_bool", "bool(string) -> bool"}};
constexpr OverloadSignature kBytes[] = {{"bytes_to_bytes", "bytes(bytes) -> bytes"},
                                        {"string_to_bytes", "bytes(string) -> bytes"}};
constexpr OverloadSignature kDouble[] = {{"double_to_double", "double(double) -> double"},
                                         {"int64_to_double", "double(int) -> double"},
                                         {"string_to_double", "double(string) -> double"},
                                         {"uint64_to_double", "double(uint) -> double"}};
constexpr OverloadSignature kInt[] = {
    {"int64_to_int64", "int(int) -> int"},
    {"double_to_int64", "int(double) -> int"},
    {"duration_to_int64", "int(google.protobuf.Duration) -> int"},
    {"string_to_int64", "int(string) -> int"},
    {"timestamp_to_int64", "int(google.protobuf.Timestamp) -> int"},
    {"uint64_to_int64", "int(uint) -> int"}};
constexpr OverloadSignature kUint[] = {{"uint64_to_uint64", "uint(uint) -> uint"},
                                       {"double_to_uint64", "uint(double) -> uint"},
                                       {"int64_to_uint64", "uint(int) -> uint"},
                                       {"string_to_uint64", "uint(string) -> uint"}};
constexpr OverloadSignature kString[] = {
    {"string_to_string", "string(string) -> string"},
    {"bool_to_string", "string(bool) -> string"},
    {"bytes_to_string", "string(bytes) -> string"},
    {"double_to_string", "string(double) -> string"},
    {"duration_to_string", "string(google.protobuf.Duration) -> string"},
    {"int64_to_string", "string(int) -> string"},
    {"timestamp_to_string", "string(google.protobuf.Timestamp) -> string"},
    {"uint64_to_string", "string(uint) -> string"}};
constexpr OverloadSignature kTimestamp[] = {
    {"timestamp_to_timestamp", "timestamp(google.protobuf.Timestamp) -> google.protobuf.Timestamp"},
    {"string_to_timestamp", "timestamp(string) -> google.protobuf.Timestamp"},
    {"int64_to_timestamp", "timestamp(int) -> google.protobuf.Timestamp"}};
constexpr OverloadSignature kDuration[] = {
    {"duration_to_duration", "duration(google.protobuf.Duration) -> google.protobuf.Duration"},
    {"string_to_duration", "duration(string) -> google.protobuf.Duration"},
    {"int64_to_duration", "duration(int) -> google.protobuf.Duration"}};
constexpr OverloadSignature kDyn[] = {{"to_dyn", "dyn(A) -> dyn"}};
constexpr OverloadSignature kType[] = {{"type", "type(A) -> type(A)"}};

#define YAGURA_TIME_OVERLOADS(name, id, with_zone)     \
  {id, "google.protobuf.Timestamp." name "() -> int"}, \
      {with_zone, "google.protobuf.Timestamp." name "(string) -> int"}
constexpr OverloadSignature kYear[] = {
    YAGURA_TIME_OVERLOADS("getFullYear", "timestamp_to_year", "timestamp_to_year_with_tz")};
constexpr OverloadSignature kMonth[] = {
    YAGURA_TIME_OVERLOADS("getMonth", "timestamp_to_month", "timestamp_to_month_with_tz")};
constexpr OverloadSignature kDayOfYear[] = {YAGURA_TIME_OVERLOADS(
    "getDayOfYear", "timestamp_to_day_of_year", "timestamp_to_day_of_year_with_tz")};
constexpr OverloadSignature kDayOfMonth[] = {YAGURA_TIME_OVERLOADS(
    "getDayOfMonth", "timestamp_to_day_of_month", "timestamp_to_day_of_month_with_tz")};
constexpr OverloadSignature kDate[] = {YAGURA_TIME_OVERLOADS(
    "getDate", "timestamp_to_day_of_month_1_based", "timestamp_to_day_of_month_1_based_with_tz")};
constexpr OverloadSignature kDayOfWeek[] = {YAGURA_TIME_OVERLOADS(
    "getDayOfWeek", "timestamp_to_day_of_week", "timestamp_to_day_of_week_with_tz")};
constexpr OverloadSignature kHours[] = {
    YAGURA_TIME_OVERLOADS("getHours", "timestamp_to_hours", "timestamp_to_hours_with_tz"),
    {"duration_to_hours", "google.protobuf.Duration.getHours() -> int"}};
constexpr OverloadSignature kMinutes[] = {
    YAGURA_TIME_OVERLOADS("getMinutes", "timestamp_to_minutes", "timestamp_to_minutes_with_tz"),
    {"duration_to_minutes", "google.protobuf.Duration.getMinutes() -> int"}};
constexpr OverloadSignature kSeconds[] = {
    YAGURA_TIME_OVERLOADS("getSeconds", "timestamp_to_seconds", "timestamp_to_seconds_tz"),
    {"duration_to_seconds", "google.protobuf.Duration.getSeconds() -> int"}};
constexpr OverloadSignature kMilliseconds[] = {
    YAGURA_TIME_OVERLOADS("getMilliseconds", "timestamp_to_milliseconds",
                          "timestamp_to_milliseconds_with_tz"),
    {"duration_to_milliseconds", "google.protobuf.Duration.getMilliseconds() -> int"}};
#undef YAGURA_TIME_OVERLOADS

constexpr Function kFunctions[] = {
    {.name = "_&&_", .overloads = kAnd},
    {.name = "_||_", .overloads = kOr},
    {.name = "!_", .overloads = kNot},
    {.name = "_?_:_", .overloads = kConditional},
    {.name = "_==_", .overloads = kEquals},
    {.name = "_!=_", .overloads = kNotEquals},
    {.name = "@in", .overloads = kIn},
    {.name = "_[_]", .overloads = kIndex},
    {.name = "_+_", .overloads = kAdd},
    {.name = "_-_", .overloads = kSubtract},
    {.name = "_*_", .overloads = kMultiply},
    {.name = "_/_", .overloads = kDivide},
    {.name = "_%_", .overloads = kModulo},
    {.name = "-_", .overloads = kNegate},
    {.name = "_<_", .overloads = kLess},
    {.name = "_<=_", .overloads = kLessEquals},
    {.name = "_>_", .overloads = kGreater},
    {.name = "_>=_", .overloads = kGreaterEquals},
    {.name = "size", .overloads = kSize, .implementation = size, .min_args = 1, .max_args = 1},
    {.name = "contains",
     .overloads = kContains,
     .implementation = contains_string,
     .min_args = 2,
     .max_args = 2,
     .own_cost = true},
    {.name = "startsWith",
     .overloads = kStartsWith,
     .implementation = starts_with,
     .min_args = 2,
     .max_args = 2,
     .own_cost = true},
    {.name = "endsWith",
     .overloads = kEndsWith,
     .implementation = ends_with,
     .min_args = 2,
     .max_args = 2,
     .own_cost = true},
    {.name = "matches",
     .overloads = kMatches,
     .implementation = matches,
     .min_args = 2,
     .max_args = 2,
     .own_cost = true},
    {.name = "bool", .overloads = kBool, .implementation = to_bool, .min_args = 1, .max_args = 1},
    {.name = "bytes",
     .overloads = kBytes,
     .implementation = to_bytes,
     .min_args = 1,
     .max_args = 1},
    {.name = "double",
     .overloads = kDouble,
     .implementation = to_double,
     .min_args = 1,
     .max_args = 1},
    {.name = "int", .overloads = kInt, .implementation = to_int, .min_args = 1, .max_args = 1},
    {.name = "uint", .overloads = kUint, .implementation = to_uint, .min_args = 1, .max_args = 1},
    {.name = "string",
     .overloads = kString,
     .implementation = to_string,
     .min_args = 1,
     .max_args = 1},
    {.name = "timestamp",
     .overloads = kTimestamp,
     .implementation = to_timestamp,
     .min_args = 1,
     .max_args = 1},
    {.name = "duration",
     .overloads = kDuration,
     .implementation = to_duration,
     .min_args = 1,
     .max_args = 1},
    {.name = "dyn", .overloads = kDyn, .implementation = dyn, .min_args = 1, .max_args = 1},
    {.name = "type", .overloads = kType, .implementation = type_of, .min_args = 1, .max_args = 1},
    {.name = "getFullYear",
     .overloads = kYear,
     .implementation = get_full_year,
     .min_args = 1,
     .max_args = 2},
    {.name = "getMonth",
     .overloads = kMonth,
     .implementation = get_month,
     .min_args = 1,
     .max_args = 2},
    {.name = "getDayOfYear",
     .overloads = kDayOfYear,
     .implementation = get_day_of_year,
     .min_args = 1,
     .max_args = 2},
    {.name = "getDayOfMonth",
     .overloads = kDayOfMonth,
     .implementation = get_day_of_month,
     .min_args = 1,
     .max_args = 2},
    {.name = "getDate",
     .overloads = kDate,
     .implementation = get_date,
     .min_args = 1,
     .max_args = 2},
    {.name = "getDayOfWeek",
     .overloads = kDayOfWeek,
     .implementation = get_day_of_week,
     .min_args = 1,
     .max_args = 2},
    {.name = "getHours",
     .overloads = kHours,
     .implementation = get_hours,
     .min_args = 1,
     .max_args = 2},
    {.name = "getMinutes",
     .overloads = kMinutes,
     .implementation = get_minutes,
     .min_args = 1,
     .max_args = 2},
    {.name = "getSeconds",
     .overloads = kSeconds,
     .implementation = get_seconds,
     .min_args = 1,
     .max_args = 2},
    {.name = "getMilliseconds",
     .overloads = kMilliseconds,
     .implementation = get_milliseconds,
     .min_args = 1,
     .max_args = 2},
};

}  // namespace

std::span<const Function> standard_functions() { return kFunctions; }

}  // namespace yagura::policy
