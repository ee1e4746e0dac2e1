#include "rules/output/timestamp.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

namespace yagura::rules {
namespace {

std::string shown(std::int64_t time, TimeFormat format) {
  std::string out;
  append_time(out, time, format);
  return out;
}

TEST(Rfc3339, ReadsWhatTheApiServerWrites) {
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(parse_rfc3339("2026-01-02T03:04:05.000006Z"), 1'767'323'045'000'006'000);
  EXPECT_EQ(parse_rfc3339("2026-01-02T03:04:05.1234567899Z"), 1'767'323'045'123'456'789);
  EXPECT_EQ(parse_rfc3339("2026-01-02T05:04:05+02:00"), 1'767'323'045'000'000'000);
  EXPECT_EQ(parse_rfc3339("1969-12-31T23:59:59.5Z"), -500'000'000);
}

TEST(Rfc3339, RefusesWhatIsNoTime) {
  for (const char* const text :
       {"", "2026", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-01-01T24:00:00Z",
        "2026-01-01T00:00:00", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00Zx",
        "9999-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "2026-01-01T00:00:00+9:00",
        "2026-01-0aT00:00:00Z"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

TEST(Timestamps, ArePrintedInEachForm) {
  ::setenv("TZ", "UTC", 1);
  ::tzset();
  const std::int64_t time = 1'767'323'045'000'000'006;
  EXPECT_EQ(shown(time, TimeFormat::kRfc3339), "2026-01-02T03:04:05.000000006Z");
  EXPECT_EQ(shown(time, TimeFormat::kIso8601), "2026-01-02T03:04:05.000000006+0000");
  EXPECT_EQ(shown(time, TimeFormat::kTime), "03:04:05.000000006");
  EXPECT_EQ(shown(time, TimeFormat::kTimeSeconds), "03:04:05");
  EXPECT_EQ(shown(time, TimeFormat::kDateTime), "2026-01-02 03:04:05.000000006");
  EXPECT_EQ(shown(time, TimeFormat::kDateTimeSeconds), "2026-01-02 03:04:05");
  EXPECT_EQ(shown(-1, TimeFormat::kRfc3339), "1969-12-31T23:59:59.999999999Z");
}

TEST(Timestamps, ReadBackWhatTheyPrint) {
  for (const std::int64_t time : {std::int64_t{0}, std::int64_t{1}, std::int64_t{-1},
                                  std::int64_t{1'767'323'045'123'456'789}}) {
    EXPECT_EQ(parse_rfc3339(shown(time, TimeFormat::kRfc3339)), time);
  }
}

}  // namespace
}  // namespace yagura::rules
