#include "policy/library/internal/time_accessors.hpp"

#include <fmt/format.h>

#include <optional>

#include "policy/library/time.hpp"

namespace yagura::policy {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

template <typename Part>
Value part_of_timestamp(EvalContext& context, Arguments args, Part part) {
  if (!args[0].is_timestamp()) return no_overload();
  std::string_view zone;
  if (args.size() == 2) {
    if (!args[1].is_string()) return no_overload();
    zone = args[1].as_string();
  }
  const std::optional<CivilTime> civil = civil_time(args[0].as_timestamp(), zone);
  if (!civil) {
    return context.error(ErrorKind::kInvalidArgument, fmt::format("unknown time zone {}", zone));
  }
  return Value::integer(part(*civil));
}

bool is_duration(Arguments args) { return args.size() == 1 && args[0].is_duration(); }

}  // namespace

Value get_full_year(EvalContext& context, Arguments args) {
  return part_of_timestamp(context, args, [](const CivilTime& t) { return t.year; });
}

Value get_month(EvalContext& context, Arguments args) {
  return part_of_timestamp(context, args, [](const CivilTime& t) { return t.month - 1; });
}

Value get_day_of_year(EvalContext& context, Arguments args) {
  return part_of_timestamp(context, args, [](const CivilTime& t) { return t.day_of_year; });
}

Value get_day_of_month(EvalContext& context, Arguments args) {
  return part_of_timestamp(context, args, [](const CivilTime& t) { return t.day - 1; });
}

Value get_date(EvalContext& context, Arguments args) {
  return part_of_timestamp(context, args, [](const CivilTime& t) { return t.day; });
}

Value get_day_of_week(EvalContext& context, Arguments args) {
  return part_of_timestamp(context, args, [](const CivilTime& t) { return t.day_of_week; });
}

Value get_hours(EvalContext& context, Arguments args) {
  if (is_duration(args)) return Value::integer(args[0].as_duration() / (3600 * kSecond));
  return part_of_timestamp(context, args, [](const CivilTime& t) { return t.hour; });
}

Value get_minutes(EvalContext& context, Arguments args) {
  if (is_duration(args)) return Value::integer(args[0].as_duration() / (60 * kSecond));
  return part_of_timestamp(context, args, [](const CivilTime& t) { return t.minute; });
}

Value get_seconds(EvalContext& context, Arguments args) {
  if (is_duration(args)) return Value::integer(args[0].as_duration() / kSecond);
  return part_of_timestamp(context, args, [](const CivilTime& t) { return t.second; });
}

// Of a duration: the milliseconds of its last second, as cel-spec's tests have it.
Value get_milliseconds(EvalContext& context, Arguments args) {
  if (is_duration(args)) {
    return Value::integer(args[0].as_duration() % kSecond / 1'000'000);
  }
  const std::int64_t nanos = args[0].is_timestamp() ? args[0].as_timestamp().nanos : 0;
  return part_of_timestamp(context, args, [nanos](const CivilTime&) { return nanos / 1'000'000; });
}

}  // namespace yagura::policy
