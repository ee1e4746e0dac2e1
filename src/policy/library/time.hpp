#pragma once

// Timestamps and durations as text, in ranges, and in time zones (cel-spec doc/langdef.md
// "Timestamps and Durations"; texts as RFC 3339 and Go's time.ParseDuration have them).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "policy/program/value.hpp"

namespace yagura::policy {

inline constexpr std::int64_t kMinTimestamp = -62'135'596'800;  // 0001-01-01T00:00:00Z
inline constexpr std::int64_t kMaxTimestamp = 253'402'300'799;  // 9999-12-31T23:59:59Z

[[nodiscard]] bool is_valid(const Timestamp& time);  // year 1 to 9999

// Nothing where the result is out of range.
[[nodiscard]] std::optional<Timestamp> add_duration(const Timestamp& time,
                                                    std::int64_t nanoseconds);

// RFC 3339, "2009-02-13T23:31:30.5Z", any offset. Nothing: no such text, or out of range.
[[nodiscard]] std::optional<Timestamp> parse_timestamp(std::string_view text);
// In UTC, with as many digits of the fraction as it needs.
[[nodiscard]] std::string format_timestamp(const Timestamp& time);

// "1h30m", "-1.5s", "100ns", "0": a sum of decimal numbers with a unit each (h, m, s, ms, us, µs,
// ns). Nothing: no such text, or out of 64 bits of nanoseconds.
[[nodiscard]] std::optional<std::int64_t> parse_duration(std::string_view text);
// In seconds: "5400s", "-1.5s".
[[nodiscard]] std::string format_duration(std::int64_t nanoseconds);

struct CivilTime {
  std::int64_t year = 0;
  int month = 1;  // 1 to 12
  int day = 1;    // of the month, from 1
  int hour = 0;
  int minute = 0;
  int second = 0;
  int day_of_week = 0;  // 0: Sunday
  int day_of_year = 0;  // from 0
};

// In the zone: an IANA name ("Europe/Paris", from the system's tzdata), "UTC", or an offset
// ("+09:00", "-02:30", "02:00"); empty: UTC. Nothing: no such zone. Thread-safe.
[[nodiscard]] std::optional<CivilTime> civil_time(const Timestamp& time, std::string_view zone);

}  // namespace yagura::policy
