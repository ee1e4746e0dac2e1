#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/report.hpp"
#include "report/testing/golden.hpp"
#include "report/testing/sample.hpp"

namespace yagura::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string junit(const Report& report) {
  return write(report, Format::kJunit, {.show_passed = true});
}

std::size_t occurrences(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

TEST(Junit, LooksLikeThis) { testing::expect_golden("junit.xml", junit(testing::shop_report())); }

TEST(Junit, TotalsAreThoseOfTheCases) {
  const std::string text = junit(testing::shop_report());
  EXPECT_THAT(
      text,
      HasSubstr(
          "<testsuites name=\"yagura\" tests=\"11\" failures=\"6\" errors=\"1\" skipped=\"2\""));
  EXPECT_EQ(occurrences(text, "<testcase"), 11U);
  EXPECT_EQ(occurrences(text, "<failure"), 6U);
  EXPECT_EQ(occurrences(text, "<error"), 1U);
  EXPECT_EQ(occurrences(text, "<skipped"), 2U);
}

TEST(Junit, HostileStringsAddNoElements) {
  const std::string text = junit(testing::hostile_report());
  EXPECT_EQ(occurrences(text, "<script"), 0U);
  EXPECT_EQ(occurrences(text, "]]>"), 0U);
  EXPECT_EQ(occurrences(text, "<!--"), 0U);
  EXPECT_EQ(occurrences(text, "<"), occurrences(text, ">"));
  EXPECT_EQ(occurrences(text, "<testsuite ") + occurrences(text, "<testsuites"),
            occurrences(text, "</testsuite"));
}

TEST(Junit, AnEmptyScanIsAnError) {
  EXPECT_THAT(junit(testing::empty_report()), HasSubstr("errors=\"1\""));
  Report judged = testing::empty_report();
  judged.summary.resources = 1;
  EXPECT_THAT(junit(judged), HasSubstr("tests=\"1\" failures=\"0\" errors=\"0\""));
  EXPECT_THAT(junit(judged), Not(HasSubstr("<error")));
}

}  // namespace
}  // namespace yagura::report
