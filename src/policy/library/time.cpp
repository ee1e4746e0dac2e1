#include "policy/library/time.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

#include "policy/library/time_zone.hpp"

namespace yagura::policy {
namespace {

constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
constexpr std::int64_t kSecondsPerDay = 86'400;

// Days since 1970-01-01 of a date of the proleptic Gregorian calendar, and back: counted from a
// March 1st, so that the leap day is a year's last, in eras of 400 years.
constexpr std::int64_t kDaysPerEra = 146'097;
constexpr std::int64_t kEpochDay = 719'468;  // from 0000-03-01 to 1970-01-01

std::int64_t days_from_civil(std::int64_t year, int month, int day) {
  const std::int64_t y = month <= 2 ? year - 1 : year;
  const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
  const std::int64_t year_of_era = y - era * 400;
  const std::int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const std::int64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * kDaysPerEra + day_of_era - kEpochDay;
}

CivilTime civil_from_days(std::int64_t days) {
  const std::int64_t z = days + kEpochDay;
  const std::int64_t era = (z >= 0 ? z : z - (kDaysPerEra - 1)) / kDaysPerEra;
  const std::int64_t day_of_era = z - era * kDaysPerEra;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t from_march =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month_from_march = (5 * from_march + 2) / 153;
  CivilTime civil;
  civil.day = static_cast<int>(from_march - (153 * month_from_march + 2) / 5 + 1);
  civil.month =
      static_cast<int>(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
  civil.year = year_of_era + era * 400 + (civil.month <= 2 ? 1 : 0);
  civil.day_of_week = static_cast<int>(((days % 7) + 11) % 7);  // 1970-01-01 was a Thursday
  civil.day_of_year = static_cast<int>(days - days_from_civil(civil.year, 1, 1));
  return civil;
}

std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
  return a / b - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0);
}

int days_in_month(std::int64_t year, int month) {
  static constexpr std::array kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return kDays[static_cast<std::size_t>(month - 1)] + (leap && month == 2 ? 1 : 0);
}

// Reads a text from the left; every step says whether it was there.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  [[nodiscard]] bool at_end() const { return at_ == text_.size(); }
  [[nodiscard]] bool literal(char c) {
    if (at_end() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  [[nodiscard]] bool digits(int count, int& number) {
    number = 0;
    for (int i = 0; i < count; ++i) {
      if (at_end() || text_[at_] < '0' || text_[at_] > '9') return false;
      number = number * 10 + (text_[at_++] - '0');
    }
    return true;
  }
  // All digits that follow; the first nine count.
  [[nodiscard]] bool nanoseconds(std::int32_t& nanos) {
    std::int32_t unit = 100'000'000;
    const std::size_t begin = at_;
    nanos = 0;
    while (!at_end() && text_[at_] >= '0' && text_[at_] <= '9') {
      nanos += (text_[at_++] - '0') * unit;
      unit /= 10;
    }
    return at_ > begin;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

// "Z", "+09:00", "-02:30": seconds east.
bool scan_offset(Scanner& scan, std::int64_t& offset) {
  offset = 0;
  if (scan.literal('Z')) return true;
  const bool west = scan.literal('-');
  if (!west && !scan.literal('+')) return false;
  int hours = 0;
  int minutes = 0;
  if (!scan.digits(2, hours) || !scan.literal(':') || !scan.digits(2, minutes)) return false;
  if (hours > 23 || minutes > 59) return false;
  offset = (hours * 60 + minutes) * 60 * (west ? -1 : 1);
  return true;
}

// "+09:00", "-2:30", "02:00".
std::optional<std::int32_t> parse_fixed_offset(std::string_view zone) {
  const bool west = zone.starts_with('-');
  if (west || zone.starts_with('+')) zone.remove_prefix(1);
  const std::size_t colon = zone.find(':');
  if (colon == 0 || colon > 2 || zone.size() != colon + 3) return std::nullopt;
  Scanner scan(zone);
  int hours = 0;
  int minutes = 0;
  if (!scan.digits(static_cast<int>(colon), hours) || !scan.literal(':') ||
      !scan.digits(2, minutes) || hours > 14 || minutes > 59) {
    return std::nullopt;
  }
  return (hours * 60 + minutes) * 60 * (west ? -1 : 1);
}

struct Unit {
  std::string_view name;
  std::int64_t nanoseconds;
};

// Longer names first where one begins another.
constexpr std::array kUnits{Unit{"ns", 1},
                            Unit{"us", 1'000},
                            Unit{"\u00b5s", 1'000},
                            Unit{"\u03bcs", 1'000},
                            Unit{"ms", 1'000'000},
                            Unit{"s", kNanosPerSecond},
                            Unit{"m", 60 * kNanosPerSecond},
                            Unit{"h", 3600 * kNanosPerSecond}};

// One "1.5h" at the front of the text; what it is in nanoseconds, added to `total` (which counts
// downwards, so that the least 64-bit number has a text too).
bool scan_duration_part(std::string_view& text, std::int64_t& total) {
  std::int64_t whole = 0;
  double fraction = 0;
  double scale = 1;
  std::size_t digits = 0;
  const auto is_digit = [&text] { return !text.empty() && text[0] >= '0' && text[0] <= '9'; };
  for (; is_digit(); text.remove_prefix(1), ++digits) {
    if (__builtin_mul_overflow(whole, 10, &whole) ||
        __builtin_sub_overflow(whole, text[0] - '0', &whole)) {
      return false;
    }
  }
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    for (; is_digit(); text.remove_prefix(1), ++digits) {
      if (scale < 1e18) {
        scale *= 10;
        fraction = fraction * 10 + (text[0] - '0');
      }
    }
  }
  if (digits == 0) return false;
  for (const Unit& unit : kUnits) {
    if (!text.starts_with(unit.name)) continue;
    text.remove_prefix(unit.name.size());
    const auto part =
        static_cast<std::int64_t>(fraction * (static_cast<double>(unit.nanoseconds) / scale));
    return !__builtin_mul_overflow(whole, unit.nanoseconds, &whole) &&
           !__builtin_add_overflow(total, whole, &total) &&
           !__builtin_sub_overflow(total, part, &total);
  }
  return false;
}

}  // namespace

bool is_valid(const Timestamp& time) {
  return time.seconds >= kMinTimestamp && time.seconds <= kMaxTimestamp && time.nanos >= 0 &&
         time.nanos < kNanosPerSecond;
}

std::optional<Timestamp> add_duration(const Timestamp& time, std::int64_t nanoseconds) {
  const std::int64_t whole = floor_divide(nanoseconds, kNanosPerSecond);
  std::int64_t nanos = time.nanos + (nanoseconds - whole * kNanosPerSecond);
  Timestamp sum{.seconds = time.seconds + whole, .nanos = 0};
  if (nanos >= kNanosPerSecond) {
    nanos -= kNanosPerSecond;
    ++sum.seconds;
  }
  sum.nanos = static_cast<std::int32_t>(nanos);
  if (!is_valid(sum)) return std::nullopt;
  return sum;
}

std::optional<Timestamp> parse_timestamp(std::string_view text) {
  Scanner scan(text);
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  if (!scan.digits(4, year) || !scan.literal('-') || !scan.digits(2, month) || !scan.literal('-') ||
      !scan.digits(2, day) || !scan.literal('T') || !scan.digits(2, hour) || !scan.literal(':') ||
      !scan.digits(2, minute) || !scan.literal(':') || !scan.digits(2, second)) {
    return std::nullopt;
  }
  Timestamp time;
  if (scan.literal('.') && !scan.nanoseconds(time.nanos)) return std::nullopt;
  std::int64_t offset = 0;
  if (!scan_offset(scan, offset) || !scan.at_end()) return std::nullopt;
  if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month) || hour > 23 ||
      minute > 59 || second > 59) {
    return std::nullopt;
  }
  time.seconds = days_from_civil(year, month, day) * kSecondsPerDay + hour * 3600 + minute * 60 +
                 second - offset;
  if (!is_valid(time)) return std::nullopt;
  return time;
}

std::string format_timestamp(const Timestamp& time) {
  const CivilTime civil = *civil_time(time, "");
  std::string text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", civil.year, civil.month,
                                 civil.day, civil.hour, civil.minute, civil.second);
  if (time.nanos != 0) {
    text += fmt::format(".{:09}", time.nanos);
    text.erase(text.find_last_not_of('0') + 1);
  }
  return text + 'Z';
}

std::optional<std::int64_t> parse_duration(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text == "0") return 0;
  if (text.empty()) return std::nullopt;
  std::int64_t total = 0;
  while (!text.empty()) {
    if (!scan_duration_part(text, total)) return std::nullopt;
  }
  if (negative) return total;
  if (total == INT64_MIN) return std::nullopt;
  return -total;
}

std::string format_duration(std::int64_t nanoseconds) {
  const std::int64_t whole = nanoseconds / kNanosPerSecond;
  const double seconds =
      static_cast<double>(whole) + static_cast<double>(nanoseconds % kNanosPerSecond) / 1e9;
  std::array<char, 64> buffer{};
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), seconds, std::chars_format::fixed)
          .ptr;
  return std::string(buffer.data(), end) + 's';
}

std::optional<CivilTime> civil_time(const Timestamp& time, std::string_view zone) {
  std::int64_t offset = 0;
  if (!zone.empty() && zone != "UTC") {
    const std::optional<std::int32_t> found = zone.find(':') != std::string_view::npos
                                                  ? parse_fixed_offset(zone)
                                                  : zone_offset(zone, time.seconds);
    if (!found) return std::nullopt;
    offset = *found;
  }
  const std::int64_t local = time.seconds + offset;
  const std::int64_t days = floor_divide(local, kSecondsPerDay);
  const std::int64_t second_of_day = local - days * kSecondsPerDay;
  CivilTime civil = civil_from_days(days);
  civil.hour = static_cast<int>(second_of_day / 3600);
  civil.minute = static_cast<int>(second_of_day / 60 % 60);
  civil.second = static_cast<int>(second_of_day % 60);
  return civil;
}

}  // namespace yagura::policy
