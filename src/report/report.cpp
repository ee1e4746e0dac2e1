#include "report/report.hpp"

#include <algorithm>
#include <array>
#include <unordered_set>

#include "report/html.hpp"
#include "report/internal/output.hpp"
#include "report/json.hpp"
#include "report/junit.hpp"
#include "report/markdown.hpp"
#include "report/ocsf.hpp"
#include "report/policy_report.hpp"
#include "report/sarif.hpp"
#include "report/table.hpp"

namespace yagura::report {

namespace {

struct FormatName {
  std::string_view name;
  Format format;
};

constexpr std::array<FormatName, 10> kFormats = {{
    {"table", Format::kTable},
    {"json", Format::kJson},
    {"sarif", Format::kSarif},
    {"junit", Format::kJunit},
    {"policy-report", Format::kPolicyReport},
    {"policyreport", Format::kPolicyReport},
    {"ocsf", Format::kOcsf},
    {"markdown", Format::kMarkdown},
    {"md", Format::kMarkdown},
    {"html", Format::kHtml},
}};

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return std::ranges::equal(a, b, {}, lower, lower);
}

void write_to(const Report& report, Format format, const WriteOptions& options, Output& output) {
  switch (format) {
    case Format::kTable:
      return write_table(report, options, output);
    case Format::kJson:
      return write_json(report, options, output);
    case Format::kSarif:
      return write_sarif(report, options, output);
    case Format::kJunit:
      return write_junit(report, options, output);
    case Format::kPolicyReport:
      return write_policy_report(report, options, output);
    case Format::kOcsf:
      return write_ocsf(report, options, output);
    case Format::kMarkdown:
      return write_markdown(report, options, output);
    case Format::kHtml:
      return write_html(report, options, output);
  }
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  static constexpr std::array<std::string_view, 4> kNames = {"nothing-judged", "fail", "incomplete",
                                                             "pass"};
  return kNames[static_cast<std::size_t>(verdict)];
}

Counts count(const Report& report) {
  Counts counts;
  std::unordered_set<const model::Resource*> failed;
  const model::Resource* last = nullptr;  // findings of one resource stand together
  for (const model::Finding& finding : report.findings) {
    ++counts.by_status[static_cast<std::size_t>(finding.status)];
    if (finding.status != model::Status::kFail) continue;
    ++counts.by_severity[static_cast<std::size_t>(finding.severity)];
    if (finding.resource && finding.resource.get() != last) {
      last = finding.resource.get();
      failed.insert(last);
    }
  }
  counts.failed_resources = failed.size();
  for (const Diagnostic& diagnostic : report.diagnostics) {
    counts.errors += diagnostic.level == DiagnosticLevel::kError ? 1U : 0U;
  }
  return counts;
}

Verdict verdict_of(const Report& report, const Counts& counts) {
  if (counts.of(model::Status::kFail) > 0) return Verdict::kFail;
  if (report.summary.resources == 0 || report.summary.controls == 0) {
    return Verdict::kNothingJudged;
  }
  const bool unknown = counts.of(model::Status::kNotEvaluated) > 0 || counts.errors > 0 ||
                       report.dropped_diagnostics > 0;
  return unknown ? Verdict::kIncomplete : Verdict::kPass;
}

Result<Format> format_from_string(std::string_view name) {
  for (const FormatName& known : kFormats) {
    if (equal_ignoring_case(name, known.name)) return known.format;
  }
  return fail(ErrorCode::kInvalidInput, "there is no format \"" + std::string(name) +
                                            "\"; known are table, json, sarif, junit, "
                                            "policy-report, ocsf, markdown and html");
}

std::string write(const Report& report, Format format, const WriteOptions& options) {
  Output output;
  write_to(report, format, options, output);
  return std::move(output.text());
}

Result<void> write(const Report& report, Format format, const WriteOptions& options,
                   const Sink& sink) {
  Output output(sink);
  write_to(report, format, options, output);
  return output.finish();
}

}  // namespace yagura::report
