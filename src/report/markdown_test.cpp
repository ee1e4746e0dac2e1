#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/report.hpp"
#include "report/testing/golden.hpp"
#include "report/testing/sample.hpp"

namespace yagura::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string markdown(const Report& report, const WriteOptions& options = {}) {
  return write(report, Format::kMarkdown, options);
}

TEST(Markdown, LooksLikeThis) {
  testing::expect_golden("report.md", markdown(testing::shop_report()));
}

TEST(Markdown, HostileStringsMakeNoMarkup) {
  const std::string text =
      markdown(testing::hostile_report(), {.show_passed = true, .show_ignored = true});
  EXPECT_THAT(text, Not(HasSubstr("<script")));
  EXPECT_THAT(text, Not(HasSubstr("@team")));
  // Markdown is not read inside <summary>.
  const std::string below =
      text.substr(text.find("</summary>"), text.find("<details>", 400) - text.find("</summary>"));
  EXPECT_THAT(below, HasSubstr("javascript"));
  EXPECT_THAT(below, Not(HasSubstr("[a](")));
  EXPECT_THAT(text, Not(HasSubstr("https://evil")));
  EXPECT_THAT(text, Not(HasSubstr("www.evil")));
}

TEST(Markdown, EveryRowOfATableHasItsFourCells) {
  const std::string text =
      markdown(testing::hostile_report(), {.show_passed = true, .show_ignored = true});
  std::size_t rows = 0;
  const std::size_t start = text.find("| | control |");
  const std::size_t stop = text.find("</details>", start);
  for (std::size_t at = start; at < stop && text[at] == '|';) {
    const std::size_t end = text.find('\n', at);
    int cells = -1;
    for (std::size_t i = at; i < end; ++i)
      cells += text[i] == '|' && (i == at || text[i - 1] != '\\') ? 1 : 0;
    EXPECT_EQ(cells, 4) << text.substr(at, end - at);
    ++rows;
    at = end + 1;
  }
  EXPECT_EQ(rows, 2U + 3U);
}

TEST(Markdown, KeepsToItsLimitAndSaysWhatItLeftOut) {
  const std::string text = markdown(testing::large_report(5000));
  EXPECT_LT(text.size(), 65'536U);
  EXPECT_GT(text.size(), 40'000U);
  EXPECT_THAT(text, HasSubstr("further resources not listed here"));
  EXPECT_THAT(markdown(testing::large_report(5000), {.markdown_limit = 0}),
              Not(HasSubstr("not listed here")));
}

TEST(Markdown, OneHugeResourceCannotBreakTheLimit) {
  Report report = testing::large_report(2000);
  for (model::Finding& finding : report.findings) {
    finding.resource = report.findings[0].resource;
    finding.message = std::string(100'000, '|');
  }
  report.findings.resize(50);
  EXPECT_LT(markdown(report).size(), 65'536U);
}

TEST(Markdown, TellsAnEmptyScanFromACleanOne) {
  EXPECT_THAT(markdown(testing::empty_report()), HasSubstr("nothing was judged"));
  Report judged = testing::empty_report();
  judged.summary.resources = 1;
  EXPECT_THAT(markdown(judged), HasSubstr("✅ no findings"));
}

}  // namespace
}  // namespace yagura::report
