#include "rules/output/timestamp.hpp"

#include <fmt/format.h>

#include <chrono>
#include <ctime>
#include <iterator>

namespace yagura::rules {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr int kFirstYear = 1678;
constexpr int kLastYear = 2261;

// Reads what stands in front of a text, piece by piece; `ok` stays false once something was
// missing.
struct Cursor {
  std::string_view rest;
  bool ok = true;

  int digits(std::size_t count) {
    int value = 0;
    if (rest.size() < count) ok = false;
    for (std::size_t i = 0; ok && i < count; ++i) {
      if (rest[i] < '0' || rest[i] > '9') ok = false;
      value = value * 10 + (rest[i] - '0');
    }
    if (ok) rest.remove_prefix(count);
    return value;
  }

  char one_of(std::string_view set) {
    if (rest.empty() || set.find(rest.front()) == std::string_view::npos) {
      ok = false;
      return 0;
    }
    const char found = rest.front();
    rest.remove_prefix(1);
    return found;
  }
};

std::int64_t read_fraction(Cursor& at) {
  if (at.rest.empty() || at.rest.front() != '.') return 0;
  at.rest.remove_prefix(1);
  std::int64_t value = 0;
  std::int64_t unit = kSecond / 10;
  std::size_t count = 0;
  for (; count < at.rest.size() && at.rest[count] >= '0' && at.rest[count] <= '9'; ++count) {
    value += (at.rest[count] - '0') * unit;
    unit /= 10;
  }
  if (count == 0) at.ok = false;
  at.rest.remove_prefix(count);
  return value;
}

// Seconds east of Greenwich.
int read_offset(Cursor& at) {
  const char sign = at.one_of("Zz+-");
  if (!at.ok || sign == 'Z' || sign == 'z') return 0;
  const int hours = at.digits(2);
  (void)at.one_of(":");
  const int minutes = at.digits(2);
  if (hours > 23 || minutes > 59) at.ok = false;
  return (sign == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
}

struct Split {
  std::int64_t seconds = 0;
  std::int64_t nanoseconds = 0;  // 0 to 999,999,999, also before 1970
};

Split split(std::int64_t time) {
  Split parts{.seconds = time / kSecond, .nanoseconds = time % kSecond};
  if (parts.nanoseconds < 0) {
    parts.nanoseconds += kSecond;
    --parts.seconds;
  }
  return parts;
}

std::tm broken_down(std::int64_t seconds, bool local) {
  const auto time = static_cast<std::time_t>(seconds);
  std::tm parts{};
  (local ? ::localtime_r(&time, &parts) : ::gmtime_r(&time, &parts));
  return parts;
}

}  // namespace

std::optional<std::int64_t> parse_rfc3339(std::string_view text) {
  Cursor at{text};
  const int year = at.digits(4);
  (void)at.one_of("-");
  const int month = at.digits(2);
  (void)at.one_of("-");
  const int day = at.digits(2);
  (void)at.one_of("Tt ");
  const int hour = at.digits(2);
  (void)at.one_of(":");
  const int minute = at.digits(2);
  (void)at.one_of(":");
  const int second = at.digits(2);
  if (!at.ok) return std::nullopt;
  const std::int64_t fraction = read_fraction(at);
  const int offset = read_offset(at);
  if (!at.ok || !at.rest.empty() || year < kFirstYear || year > kLastYear) return std::nullopt;
  if (hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  const std::int64_t seconds = days * 86'400 + hour * 3'600 + minute * 60 + second - offset;
  return seconds * kSecond + fraction;
}

void append_time(std::string& out, std::int64_t nanoseconds, TimeFormat format) {
  const Split time = split(nanoseconds);
  const bool utc = format == TimeFormat::kRfc3339 || format == TimeFormat::kIso8601;
  const std::tm parts = broken_down(time.seconds, !utc);
  auto to = std::back_inserter(out);
  if (format != TimeFormat::kTime && format != TimeFormat::kTimeSeconds) {
    fmt::format_to(to, "{:04}-{:02}-{:02}{}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                   utc ? 'T' : ' ');
  }
  fmt::format_to(to, "{:02}:{:02}:{:02}", parts.tm_hour, parts.tm_min, parts.tm_sec);
  if (format != TimeFormat::kTimeSeconds && format != TimeFormat::kDateTimeSeconds) {
    fmt::format_to(to, ".{:09}", time.nanoseconds);
  }
  if (format == TimeFormat::kRfc3339) out += 'Z';
  if (format == TimeFormat::kIso8601) out += "+0000";
}

}  // namespace yagura::rules
