#include "report/report.hpp"

#include <gtest/gtest.h>

#include "core/utf8.hpp"
#include "report/testing/sample.hpp"

namespace yagura::report {
namespace {

constexpr Format kAll[] = {Format::kTable,        Format::kJson, Format::kSarif,    Format::kJunit,
                           Format::kPolicyReport, Format::kOcsf, Format::kMarkdown, Format::kHtml};
constexpr const char* kNames[] = {"table",         "json", "sarif",    "junit",
                                  "policy-report", "ocsf", "markdown", "html"};

class EveryFormat : public ::testing::TestWithParam<Format> {};
std::string test_name(const ::testing::TestParamInfo<Format>& tested) {
  std::string name = kNames[tested.index];
  std::erase(name, '-');
  return name;
}
INSTANTIATE_TEST_SUITE_P(Report, EveryFormat, ::testing::ValuesIn(kAll), test_name);

TEST_P(EveryFormat, WritesTheSameBytesEveryTime) {
  EXPECT_EQ(write(testing::shop_report(), GetParam()), write(testing::shop_report(), GetParam()));
}

TEST_P(EveryFormat, WritesValidUtf8WithoutControlCharactersWhateverItIsGiven) {
  const WriteOptions options{.show_passed = true, .show_ignored = true};
  const std::string text = write(testing::hostile_report(), GetParam(), options);
  EXPECT_EQ(core::find_invalid_utf8(text), std::string::npos);
  for (const char c : text) {
    if (c == '\n') continue;
    ASSERT_GE(static_cast<unsigned char>(c), 0x20U);
    ASSERT_NE(c, '\x7f');
  }
}

TEST_P(EveryFormat, WritesTheSamePieceByPiece) {
  const Report report = testing::large_report(3000);
  std::string text;
  std::size_t largest = 0;
  std::size_t pieces = 0;
  const auto result = write(report, GetParam(), {}, [&](std::string_view piece) -> Result<void> {
    text += piece;
    largest = std::max(largest, piece.size());
    ++pieces;
    return {};
  });
  EXPECT_TRUE(result.has_value());
  EXPECT_EQ(text, write(report, GetParam()));
  if (GetParam() != Format::kMarkdown) {  // which bounds itself
    EXPECT_GT(pieces, 1U);
    EXPECT_LT(largest, std::size_t{200} << 10) << "memory stays small";
  }
}

TEST_P(EveryFormat, StopsWhenTheSinkRefuses) {
  std::size_t calls = 0;
  const auto result =
      write(testing::large_report(20'000), GetParam(), {}, [&](std::string_view) -> Result<void> {
        ++calls;
        return fail(ErrorCode::kIo, "broken pipe");
      });
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().message, "broken pipe");
  EXPECT_EQ(calls, 1U);
}

TEST_P(EveryFormat, SaysThatAnEmptyScanJudgedNothing) {
  std::string text = write(testing::empty_report(), GetParam());
  for (char& c : text)
    c = c == '-' ? ' ' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  EXPECT_TRUE(text.find("nothing judged") != std::string::npos ||
              text.find("nothing was judged") != std::string::npos)
      << text;
}

TEST_P(EveryFormat, ShowsPassesOnlyWhereTheyAreAskedFor) {
  Report report = testing::empty_report();
  report.summary.resources = 1;
  model::Finding pass;
  pass.control = report.controls.front();
  pass.resource = std::make_shared<model::Resource>(model::Resource{.api_version = "v1",
                                                                    .kind = "Pod",
                                                                    .namespace_ = {},
                                                                    .name = "that-passes",
                                                                    .file = "a.yaml",
                                                                    .line = 1});
  pass.status = model::Status::kPass;
  report.findings.push_back(pass);
  EXPECT_EQ(write(report, GetParam()).find("that-passes"), std::string::npos);
  EXPECT_NE(write(report, GetParam(), {.show_passed = true}).find("that-passes"),
            std::string::npos);
}

TEST(Format, IsReadInAnyCaseAndUnknownOnesAreExplained) {
  for (std::size_t i = 0; i < std::size(kAll); ++i)
    EXPECT_EQ(format_from_string(kNames[i]), kAll[i]);
  EXPECT_EQ(format_from_string("SARIF"), Format::kSarif);
  EXPECT_EQ(format_from_string("md"), Format::kMarkdown);
  const auto unknown = format_from_string("pdf");
  ASSERT_FALSE(unknown.has_value());
  EXPECT_NE(unknown.error().message.find("sarif"), std::string::npos);
}

TEST(Verdict, NothingJudgedIsNotAPass) {
  Report report = testing::empty_report();
  EXPECT_EQ(verdict_of(report, count(report)), Verdict::kNothingJudged);
  report.summary.resources = 3;
  EXPECT_EQ(verdict_of(report, count(report)), Verdict::kPass);
  report.summary.controls = 0;
  EXPECT_EQ(verdict_of(report, count(report)), Verdict::kNothingJudged);
}

TEST(Verdict, WhatIsNotKnownIsNotAPass) {
  Report report = testing::empty_report();
  report.summary.resources = 3;
  report.diagnostics.push_back(
      {.level = DiagnosticLevel::kWarning, .file = {}, .message = "odd", .hint = {}});
  EXPECT_EQ(verdict_of(report, count(report)), Verdict::kPass);
  Report unread = report;
  unread.diagnostics.front().level = DiagnosticLevel::kError;
  EXPECT_EQ(verdict_of(unread, count(unread)), Verdict::kIncomplete);
  Report dropped = report;
  dropped.dropped_diagnostics = 1;
  EXPECT_EQ(verdict_of(dropped, count(dropped)), Verdict::kIncomplete);
  report.findings.emplace_back().status = model::Status::kNotEvaluated;
  EXPECT_EQ(verdict_of(report, count(report)), Verdict::kIncomplete);
}

TEST(Counts, AreOfFailsBySeverityAndOfAllByStatus) {
  const Counts counts = count(testing::shop_report());
  EXPECT_EQ(counts.of(model::Status::kFail), 6U);
  EXPECT_EQ(counts.of(model::Status::kPass), 1U);
  EXPECT_EQ(counts.of(model::Status::kNotEvaluated), 1U);
  EXPECT_EQ(counts.of(model::Status::kIgnored), 1U);
  EXPECT_EQ(counts.of(model::Severity::kHigh), 3U);
  EXPECT_EQ(counts.failed_resources, 2U);
  EXPECT_EQ(counts.errors, 1U);
}

}  // namespace
}  // namespace yagura::report
