#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/internal/html_assets.hpp"
#include "report/report.hpp"
#include "report/testing/golden.hpp"
#include "report/testing/sample.hpp"

namespace yagura::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string html_of(const Report& report) {
  return write(report, Format::kHtml, {.show_passed = true});
}

std::size_t occurrences(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

TEST(HtmlReport, LooksLikeThis) {
  testing::expect_golden("report.html", html_of(testing::shop_report()));
}

TEST(HtmlReport, LoadsNothingAndRunsNothingButItsOwnScript) {
  const std::string text = html_of(testing::hostile_report());
  EXPECT_EQ(occurrences(text, "<script"), 1U);
  EXPECT_EQ(occurrences(text, "<style"), 1U);
  EXPECT_EQ(occurrences(text, " src="), 0U);
  EXPECT_EQ(occurrences(text, "<link"), 0U);
  EXPECT_EQ(occurrences(text, "@import"), 0U);
  EXPECT_EQ(occurrences(text, "url("), 0U);
  EXPECT_THAT(text, HasSubstr("default-src 'none'"));
  EXPECT_THAT(text, HasSubstr("script-src 'sha256-" + std::string(kScriptHash) + "'"));
  EXPECT_THAT(text, HasSubstr("style-src 'sha256-" + std::string(kStyleHash) + "'"));
}

TEST(HtmlReport, HostileStringsMakeNoElementsOrAttributes) {
  const std::string text = html_of(testing::hostile_report());
  EXPECT_THAT(text, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(text, Not(HasSubstr("<b>|")));
  EXPECT_THAT(text, Not(HasSubstr("href=\"javascript")));
  EXPECT_THAT(text, Not(HasSubstr("onload=x\"")));
  EXPECT_THAT(text, HasSubstr("href=\"https://ok.example/a?b=1&amp;c=2\""));
}

TEST(HtmlReport, EveryLinkIntoThePageHasItsTarget) {
  const std::string text = html_of(testing::shop_report());
  std::size_t links = 0;
  for (std::size_t at = text.find("href=\"#"); at != std::string::npos;
       at = text.find("href=\"#", at + 1)) {
    const std::string target = text.substr(at + 7, text.find('"', at + 7) - at - 7);
    EXPECT_THAT(text, HasSubstr("id=\"" + target + "\""));
    ++links;
  }
  EXPECT_GT(links, 9U);
}

TEST(HtmlReport, ElementsAreBalanced) {
  for (const Report& report :
       {testing::shop_report(), testing::hostile_report(), testing::empty_report()}) {
    const std::string text = html_of(report);
    for (const char* name :
         {"table", "tr",   "td",   "th",   "details", "summary", "section", "div",
          "code",  "ul",   "li",   "p",    "span",    "select",  "form",    "fieldset",
          "label", "main", "body", "html", "a",       "dl"}) {
      const std::string open = std::string("<") + name;
      EXPECT_EQ(occurrences(text, open + ">") + occurrences(text, open + " "),
                occurrences(text, std::string("</") + name + ">"))
          << name;
    }
  }
}

TEST(HtmlReport, HasNoFiltersWhereThereIsNothingToFilter) {
  EXPECT_THAT(html_of(testing::empty_report()), Not(HasSubstr("<form")));
  EXPECT_THAT(html_of(testing::empty_report()), HasSubstr("Nothing was judged"));
}

}  // namespace
}  // namespace yagura::report
