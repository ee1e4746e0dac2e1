#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/report.hpp"
#include "report/testing/golden.hpp"
#include "report/testing/sample.hpp"
#include "report/text.hpp"
#include "report/width.hpp"

namespace yagura::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string table(const Report& report, const WriteOptions& options = {}) {
  return write(report, Format::kTable, options);
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    lines.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

std::string without_colours(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b') {
      i = text.find('m', i);
    } else {
      out += text[i];
    }
  }
  return out;
}

TEST(Table, LooksLikeThis) { testing::expect_golden("table.txt", table(testing::shop_report())); }

TEST(Table, LooksLikeThisInColour) {
  testing::expect_golden(
      "table-colour.txt",
      table(testing::shop_report(), {.color = true, .show_passed = true, .show_ignored = true}));
}

TEST(Table, LooksLikeThisOnANarrowTerminal) {
  testing::expect_golden("table-narrow.txt", table(testing::shop_report(), {.width = 50}));
}

TEST(Table, ColoursChangeNothingButColours) {
  const std::string plain =
      table(testing::hostile_report(), {.width = 77, .show_passed = true, .show_ignored = true});
  const std::string coloured =
      table(testing::hostile_report(),
            {.color = true, .width = 77, .show_passed = true, .show_ignored = true});
  EXPECT_EQ(plain.find('\x1b'), std::string::npos);
  EXPECT_EQ(without_colours(coloured), plain)
      << "hostile escapes are spelt out, ours are the only ones";
}

TEST(Table, KeepsToTheWidth) {
  for (const std::uint32_t width : {10U, 40U, 41U, 60U, 100U, 160U, 4'000'000U}) {
    for (const Report& report : {testing::shop_report(), testing::hostile_report()}) {
      const std::size_t limit = std::clamp<std::size_t>(width, 40, 160);
      for (const std::string& line :
           lines_of(table(report, {.width = width, .show_passed = true, .show_ignored = true}))) {
        EXPECT_LE(display_width(line), limit) << line;
        EXPECT_FALSE(line.ends_with(' ')) << '"' << line << '"';
      }
    }
  }
}

TEST(Table, WorstResourceComesFirst) {
  const std::string text = table(testing::shop_report());
  EXPECT_LT(text.find("Deployment shop/web"), text.find("CronJob backup"));
  EXPECT_LT(text.find("CRITICAL"), text.find("HIGH"));
}

TEST(Table, CollapsesOneControlOverSeveralContainers) {
  const std::string text = table(testing::shop_report());
  EXPECT_THAT(text, HasSubstr("also    sidecar 45:9, init-db 60:9"));
  EXPECT_EQ(text.find("allow-privilege-escalation"), text.rfind("allow-privilege-escalation"));
}

TEST(Table, DoesNotCollapseWhatFailsDifferently) {
  Report report = testing::shop_report();
  report.findings[2].message = "container \"sidecar\" sets allowPrivilegeEscalation to true";
  const std::string text = table(report);
  EXPECT_THAT(text, HasSubstr("container \"sidecar\" sets allowPrivilegeEscalation to true"));
  EXPECT_THAT(text, HasSubstr("also    init-db 60:9"));
}

TEST(Table, NamesOnlySomeOfManyContainers) {
  Report report = testing::shop_report();
  const model::Finding like = report.findings[1];
  for (int i = 0; i < 20; ++i) {
    report.findings.push_back(like);
    report.findings.back().subject = "c" + std::to_string(i);
    report.findings.back().message =
        "container \"c" + std::to_string(i) + "\" does not set allowPrivilegeEscalation to false";
  }
  EXPECT_THAT(table(report), HasSubstr("and 16 more"));
}

TEST(Table, ShowsWhatNobodyCouldJudgeWithItsReason) {
  const std::string text = table(testing::shop_report());
  EXPECT_THAT(text, HasSubstr("Not evaluated"));
  EXPECT_THAT(text, HasSubstr("UNKNOWN   Image has no valid signature"));
  EXPECT_THAT(text, HasSubstr("registry.example is not reachable: connection refused"));
  EXPECT_THAT(text, HasSubstr("1 check not evaluated"));
}

TEST(Table, ShowsProblemsOfTheInputErrorsFirst) {
  Report report = testing::shop_report();
  std::swap(report.diagnostics[0], report.diagnostics[1]);
  report.dropped_diagnostics = 7;
  const std::string text = table(report);
  EXPECT_LT(text.find("ERROR"), text.find("WARNING"));
  EXPECT_THAT(text, HasSubstr("examples/shop/broken.yaml:7:3"));
  EXPECT_THAT(text, HasSubstr("and 7 more"));
}

TEST(Table, ShowsExceptionsOnlyWhereAskedFor) {
  EXPECT_THAT(table(testing::shop_report()), Not(HasSubstr("the mesh does this")));
  EXPECT_THAT(table(testing::shop_report()), HasSubstr("1 finding covered by exceptions"));
  EXPECT_THAT(table(testing::shop_report(), {.show_ignored = true}),
              HasSubstr("the mesh does this"));
}

TEST(Table, SaysWhatThePassMeansAndWhatItDoesNot) {
  Report report = testing::empty_report();
  EXPECT_THAT(table(report), HasSubstr("Nothing was judged"));
  EXPECT_THAT(table(report), HasSubstr("says nothing about security"));
  report.summary.resources = 2;
  EXPECT_THAT(table(report), HasSubstr("✓ No findings"));
  report.diagnostics.push_back({.level = DiagnosticLevel::kError,
                                .file = "a.yaml",
                                .line = 1,
                                .message = "broken",
                                .hint = {}});
  EXPECT_THAT(table(report), HasSubstr("this is not a pass"));
  EXPECT_THAT(table(report), Not(HasSubstr("✓")));
}

TEST(Table, TellsWhereToBeginWhenThereIsMuch) {
  EXPECT_THAT(table(testing::shop_report()), Not(HasSubstr("Fix first")));
  EXPECT_THAT(table(testing::large_report(500)), HasSubstr("Fix first"));
}

TEST(Table, CutsTextThatIsTooLongAndSaysSo) {
  Report report = testing::shop_report();
  report.findings[0].message = std::string(100'000, 'x');
  const std::string text = table(report);
  EXPECT_LT(text.size(), 20'000U);
  EXPECT_THAT(text, HasSubstr("bytes more)"));
}

}  // namespace
}  // namespace yagura::report
