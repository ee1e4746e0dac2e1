#include "policy/library/internal/posix_tz.hpp"

#include <array>

namespace yagura::policy {
namespace {

constexpr std::int64_t kSecondsPerDay = 86'400;

bool is_leap(std::int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

// Days from 1970-01-01 to the first of January.
std::int64_t days_to_year(std::int64_t year) {
  const std::int64_t y = year - 1;
  const auto floor = [](std::int64_t a, std::int64_t b) {
    return a >= 0 ? a / b : -((b - 1 - a) / b);
  };
  return 365 * (year - 1970) + (floor(y, 4) - floor(y, 100) + floor(y, 400)) - 477;
}

std::int64_t year_of(std::int64_t unix_seconds) {
  const auto days = static_cast<double>(unix_seconds) / static_cast<double>(kSecondsPerDay);
  auto year = static_cast<std::int64_t>(1970 + days / 365.2425);
  while (days_to_year(year) * kSecondsPerDay > unix_seconds) --year;
  while (days_to_year(year + 1) * kSecondsPerDay <= unix_seconds) ++year;
  return year;
}

constexpr std::array kMonthDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

}  // namespace

class PosixTimeZone::Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  bool parse(PosixTimeZone& zone) {
    std::int32_t west = 0;
    if (!name() || !time(west)) return false;
    zone.standard_ = -west;
    if (text_.empty()) return true;
    zone.has_daylight_ = true;
    zone.daylight_ = zone.standard_ + 3600;
    if (!name()) return false;
    if (!text_.empty() && text_[0] != ',') {
      if (!time(west)) return false;
      zone.daylight_ = -west;
    }
    return literal(',') && change(zone.begin_) && literal(',') && change(zone.end_) &&
           text_.empty();
  }

 private:
  bool literal(char c) {
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }

  bool name() {
    if (literal('<')) {
      const std::size_t end = text_.find('>');
      if (end == std::string_view::npos) return false;
      text_.remove_prefix(end + 1);
      return true;
    }
    std::size_t size = 0;
    while (size < text_.size() && ((text_[size] | 0x20) >= 'a' && (text_[size] | 0x20) <= 'z')) {
      ++size;
    }
    text_.remove_prefix(size);
    return size >= 3;
  }

  bool number(int& value, int max) {
    value = 0;
    std::size_t size = 0;
    while (size < text_.size() && size < 4 && text_[size] >= '0' && text_[size] <= '9') {
      value = value * 10 + (text_[size++] - '0');
    }
    text_.remove_prefix(size);
    return size > 0 && value <= max;
  }

  // [+-]hh[:mm[:ss]] in seconds.
  bool time(std::int32_t& seconds) {
    const bool negative = literal('-');
    if (!negative) (void)literal('+');
    int hours = 0;
    int minutes = 0;
    int rest = 0;
    if (!number(hours, 167)) return false;
    if (literal(':') && !number(minutes, 59)) return false;
    if (literal(':') && !number(rest, 59)) return false;
    seconds = (hours * 3600 + minutes * 60 + rest) * (negative ? -1 : 1);
    return true;
  }

  bool change(Change& change) {
    if (literal('M')) {
      change.kind = Change::Kind::kMonthWeekDay;
      if (!number(change.month, 12) || change.month < 1 || !literal('.') ||
          !number(change.week, 5) || change.week < 1 || !literal('.') || !number(change.day, 6)) {
        return false;
      }
    } else if (literal('J')) {
      change.kind = Change::Kind::kJulian;
      if (!number(change.day, 365) || change.day < 1) return false;
    } else {
      change.kind = Change::Kind::kDayOfYear;
      if (!number(change.day, 365)) return false;
    }
    return !literal('/') || time(change.seconds);
  }

  std::string_view text_;
};

std::int64_t PosixTimeZone::Change::in_year(std::int64_t year) const {
  const bool leap = is_leap(year);
  std::int64_t day_of_year = day;
  if (kind == Kind::kJulian) {
    // The 29th of February is not counted.
    day_of_year = day - 1 + (leap && day >= 60 ? 1 : 0);
  } else if (kind == Kind::kMonthWeekDay) {
    std::int64_t first = 0;
    for (int m = 1; m < month; ++m) {
      first += kMonthDays[static_cast<std::size_t>(m - 1)] + (m == 2 && leap ? 1 : 0);
    }
    const int length =
        kMonthDays[static_cast<std::size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
    const auto weekday = static_cast<int>((((days_to_year(year) + first) % 7) + 11) % 7);
    int at = (day - weekday + 7) % 7 + (week - 1) * 7;
    while (at >= length) at -= 7;  // week 5 is the last
    day_of_year = first + at;
  }
  return day_of_year * kSecondsPerDay + seconds;
}

std::optional<PosixTimeZone> PosixTimeZone::parse(std::string_view text) {
  PosixTimeZone zone;
  if (!Parser(text).parse(zone)) return std::nullopt;
  return zone;
}

std::int32_t PosixTimeZone::offset(std::int64_t unix_seconds) const {
  if (!has_daylight_) return standard_;
  // The year in standard time; a change is never within a day's distance of New Year.
  const std::int64_t year = year_of(unix_seconds + standard_);
  const std::int64_t in_year = unix_seconds - days_to_year(year) * kSecondsPerDay;
  const std::int64_t begin = begin_.in_year(year) - standard_;
  const std::int64_t end = end_.in_year(year) - daylight_;
  const bool daylight =
      begin < end ? in_year >= begin && in_year < end : in_year >= begin || in_year < end;
  return daylight ? daylight_ : standard_;
}

}  // namespace yagura::policy
