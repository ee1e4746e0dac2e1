#pragma once

// Times as Falco prints them. A time is nanoseconds since 1970-01-01T00:00:00Z, leap seconds not
// counted; all of them fit the years 1678 to 2262.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace yagura::rules {

// RFC 3339 date-time with any number of digits behind the dot (those after the ninth are dropped).
// Nothing for another text, a day that the calendar lacks, or a year outside 1678 to 2261.
[[nodiscard]] std::optional<std::int64_t> parse_rfc3339(std::string_view text);

enum class TimeFormat : std::uint8_t {
  kRfc3339,         // 2026-01-02T03:04:05.000000006Z          `time` of the JSON output
  kIso8601,         // 2026-01-02T03:04:05.000000006+0000      evt.time.iso8601
  kTime,            // 03:04:05.000000006, local               evt.time
  kTimeSeconds,     // 03:04:05, local                         evt.time.s
  kDateTime,        // 2026-01-02 03:04:05.000000006, local    evt.datetime
  kDateTimeSeconds  // 2026-01-02 03:04:05, local              evt.datetime.s
};

void append_time(std::string& out, std::int64_t nanoseconds, TimeFormat format);

}  // namespace yagura::rules
