#pragma once

// The rule in a TZif file's footer, for times after its last transition: POSIX.1-2017, section 8.3,
// the TZ variable without a leading colon, with RFC 8536's hours from -167 to 167:
// "CET-1CEST,M3.5.0,M10.5.0/3".

#include <cstdint>
#include <optional>
#include <string_view>

namespace yagura::policy {

class PosixTimeZone {
 public:
  [[nodiscard]] static std::optional<PosixTimeZone> parse(std::string_view text);

  // Seconds east of UTC at that moment.
  [[nodiscard]] std::int32_t offset(std::int64_t unix_seconds) const;

 private:
  struct Change {
    enum class Kind : std::uint8_t { kJulian, kDayOfYear, kMonthWeekDay } kind = Kind::kJulian;
    int month = 1;
    int week = 1;
    int day = 0;
    std::int32_t seconds = 7200;  // of the local day

    // Seconds since the year's beginning, in local time.
    [[nodiscard]] std::int64_t in_year(std::int64_t year) const;
  };

  class Parser;

  std::int32_t standard_ = 0;
  std::int32_t daylight_ = 0;
  bool has_daylight_ = false;
  Change begin_;
  Change end_;
};

}  // namespace yagura::policy
