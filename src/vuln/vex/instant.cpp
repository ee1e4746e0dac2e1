#include "vuln/vex/internal/instant.hpp"

#include <chrono>
#include <limits>

namespace yagura::vuln::vex {
namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::min();

bool take_number(std::string_view& text, std::size_t digits, int& out) {
  if (text.size() < digits) return false;
  out = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    out = out * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return true;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

std::int64_t take_fraction(std::string_view& text) {
  std::int64_t micros = 0;
  std::int64_t unit = 100'000;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    micros += unit * (text.front() - '0');
    unit /= 10;
    text.remove_prefix(1);
  }
  return micros;
}

// Minutes east of UTC; nothing is UTC.
bool take_offset(std::string_view& text, int& minutes) {
  minutes = 0;
  if (text.empty() || take(text, 'Z') || take(text, 'z')) return text.empty();
  const bool east = text.front() == '+';
  if (!east && text.front() != '-') return false;
  text.remove_prefix(1);
  int hours = 0;
  int rest = 0;
  if (!take_number(text, 2, hours)) return false;
  take(text, ':');
  if (!take_number(text, 2, rest)) return false;
  minutes = (hours * 60 + rest) * (east ? 1 : -1);
  return text.empty();
}

}  // namespace

std::int64_t instant(std::string_view text) {
  int year = 0;
  int month = 0;
  int day = 0;
  if (!take_number(text, 4, year) || !take(text, '-') || !take_number(text, 2, month) ||
      !take(text, '-') || !take_number(text, 2, day)) {
    return kNever;
  }
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return kNever;
  std::int64_t seconds =
      std::chrono::sys_days(date).time_since_epoch().count() * std::int64_t{86400};
  if (text.empty()) return seconds * 1'000'000;
  int hours = 0;
  int minutes = 0;
  int rest = 0;
  if (!take(text, 'T') && !take(text, 't') && !take(text, ' ')) return kNever;
  if (!take_number(text, 2, hours) || !take(text, ':') || !take_number(text, 2, minutes) ||
      !take(text, ':') || !take_number(text, 2, rest)) {
    return kNever;
  }
  seconds += hours * 3600 + minutes * 60 + rest;
  const std::int64_t fraction = take(text, '.') ? take_fraction(text) : 0;
  int offset = 0;
  if (!take_offset(text, offset)) return kNever;
  return (seconds - offset * 60) * 1'000'000 + fraction;
}

}  // namespace yagura::vuln::vex
