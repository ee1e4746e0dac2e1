#pragma once

// What a scan found, ready to be written in one of the formats. See README.md for what each format
// is for.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostics.hpp"
#include "core/result.hpp"
#include "model/finding.hpp"

namespace yagura::report {

struct Summary {
  std::uint64_t files = 0;
  std::uint64_t resources = 0;  // that were judged; 0: nothing was, and every format says so
  std::uint64_t controls = 0;   // that were in force
  std::chrono::milliseconds duration{0};
};

struct Report {
  // In the order of the input; writers sort as their format wants.
  std::vector<model::Finding> findings;
  // In force, also those without a finding.
  std::vector<std::shared_ptr<const model::Control>> controls;
  // Problems of reading: files or documents that were not judged.
  std::vector<Diagnostic> diagnostics;
  std::uint64_t dropped_diagnostics = 0;  // more, only counted: Diagnostics::dropped_count()
  Summary summary;
  std::string target;  // what was scanned, as the user named it
  std::string tool_version;
  std::chrono::system_clock::time_point time;  // passed in: tests have a fixed one
};

enum class Format : std::uint8_t {
  kTable,
  kJson,
  kSarif,
  kJunit,
  kPolicyReport,
  kOcsf,
  kMarkdown,
  kHtml,
};

struct WriteOptions {
  // Table: ANSI colours. The caller looks at NO_COLOR and at whether it is a terminal.
  bool color = false;
  // Table: columns of the terminal; taken as 40 where it is less, 160 where it is more.
  std::uint32_t width = 100;
  // List passes too; they are counted in any case.
  bool show_passed = false;
  // Table, Markdown: list what exceptions cover; the other formats always do.
  bool show_ignored = false;
  // Markdown: bytes after which findings are no longer listed but counted (GitHub refuses a comment
  // above 65,536 characters). 0: no bound.
  std::size_t markdown_limit = 60'000;
};

// What the numbers say, for the line at the end and for an exit code.
enum class Verdict : std::uint8_t {
  kNothingJudged,  // no resource or no control: this is not a pass
  kFail,           // at least one finding
  kIncomplete,     // no finding, but something was not evaluated or could not be read
  kPass,
};

// "nothing-judged", "fail", "incomplete", "pass".
[[nodiscard]] std::string_view to_string(Verdict verdict);

struct Counts {
  std::uint64_t by_status[4] = {};    // by model::Status
  std::uint64_t by_severity[5] = {};  // of the fails, by model::Severity
  std::uint64_t failed_resources = 0;
  std::uint64_t errors = 0;  // diagnostics of level error

  [[nodiscard]] std::uint64_t of(model::Status status) const {
    return by_status[static_cast<std::size_t>(status)];
  }
  [[nodiscard]] std::uint64_t of(model::Severity severity) const {
    return by_severity[static_cast<std::size_t>(severity)];
  }
};

// Linear.
[[nodiscard]] Counts count(const Report& report);
[[nodiscard]] Verdict verdict_of(const Report& report, const Counts& counts);

// "table", "json", "sarif", "junit", "policy-report" (or "policyreport"), "ocsf", "markdown" (or
// "md"), "html". Case does not matter. The error lists the names.
[[nodiscard]] Result<Format> format_from_string(std::string_view name);

// Takes the text piece by piece (about 64 KiB each). An error, like a pipe that the reader closed,
// ends the writing.
using Sink = std::function<Result<void>(std::string_view)>;

// Both write the same bytes: valid UTF-8 that depends on the report and the options alone. Linear
// (sorting apart) in the findings; the second holds one piece in memory. Strings of the report may
// hold any bytes: each format escapes what would break it, and what could deceive a reader (control
// and bidirectional characters) is made visible in the formats for people.
[[nodiscard]] std::string write(const Report& report, Format format,
                                const WriteOptions& options = {});
[[nodiscard]] Result<void> write(const Report& report, Format format, const WriteOptions& options,
                                 const Sink& sink);

}  // namespace yagura::report
