#include "report/junit.hpp"

#include <algorithm>

#include "report/internal/view.hpp"
#include "report/text.hpp"

namespace yagura::report {

namespace {

using model::Finding;
using model::Status;

struct Tally {
  std::uint64_t tests = 0;
  std::uint64_t failures = 0;
  std::uint64_t errors = 0;
  std::uint64_t skipped = 0;
};

std::string seconds(std::chrono::milliseconds duration) {
  const auto total = static_cast<std::uint64_t>(std::max<std::int64_t>(0, duration.count()));
  std::string fraction = std::to_string(1000 + total % 1000);
  return std::to_string(total / 1000) + "." + fraction.substr(1);
}

// JUnit's own times have no zone: ISO 8601 local, which is UTC here.
std::string timestamp(std::chrono::system_clock::time_point time) {
  std::string text = format_time(time);
  text.pop_back();
  return text;
}

class JunitReport {
 public:
  JunitReport(const Report& report, const WriteOptions& options, Output& output)
      : report_(report),
        output_(output),
        out_(output.text()),
        counts_(count(report)),
        verdict_(verdict_of(report, counts_)),
        groups_(group_by_resource(report, {.by_status = {true, options.show_passed, true, true}})) {
  }

  void write() {
    out_ += "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"yagura\"";
    attributes(total());
    attribute("time", seconds(report_.summary.duration));
    attribute("timestamp", timestamp(report_.time));
    out_ += ">\n";
    scan_suite();
    for (const ResourceGroup& group : groups_) {
      resource_suite(group);
      if (!output_.checkpoint()) return;
    }
    out_ += "</testsuites>\n";
  }

 private:
  void attribute(std::string_view name, std::string_view value) {
    out_.append(" ").append(name).append("=\"");
    append_html(out_, value);
    out_ += '"';
  }

  void attributes(const Tally& tally) {
    attribute("tests", std::to_string(tally.tests));
    attribute("failures", std::to_string(tally.failures));
    attribute("errors", std::to_string(tally.errors));
    attribute("skipped", std::to_string(tally.skipped));
  }

  // What stands for the scan itself: one case that says how it went, and one for each error of the
  // input.
  [[nodiscard]] Tally scan_tally() const {
    return {.tests = 1 + counts_.errors,
            .errors = counts_.errors + (verdict_ == Verdict::kNothingJudged ? 1U : 0U)};
  }

  static Tally tally_of(const ResourceGroup& group) {
    Tally tally;
    for (const Finding* finding : group.findings) {
      ++tally.tests;
      if (finding->status == Status::kFail) ++tally.failures;
      if (finding->status == Status::kIgnored || finding->status == Status::kNotEvaluated)
        ++tally.skipped;
    }
    return tally;
  }

  [[nodiscard]] Tally total() const {
    Tally sum = scan_tally();
    for (const ResourceGroup& group : groups_) {
      const Tally tally = tally_of(group);
      sum.tests += tally.tests;
      sum.failures += tally.failures;
      sum.skipped += tally.skipped;
    }
    return sum;
  }

  void scan_suite() {
    out_ += "  <testsuite name=\"yagura scan\"";
    attributes(scan_tally());
    out_ += ">\n    <testcase classname=\"yagura\"";
    attribute("name", plural(report_.summary.resources, "resource") + " judged by " +
                          plural(report_.summary.controls, "control"));
    if (verdict_ == Verdict::kNothingJudged) {
      out_ +=
          ">\n      <error type=\"nothing-judged\" message=\"Nothing was judged. This says nothing "
          "about security.\"/>\n"
          "    </testcase>\n";
    } else {
      out_ += "/>\n";
    }
    for (const Diagnostic& diagnostic : report_.diagnostics) {
      if (diagnostic.level == DiagnosticLevel::kError) input_error(diagnostic);
    }
    out_ += "  </testsuite>\n";
  }

  void input_error(const Diagnostic& diagnostic) {
    out_ += "    <testcase classname=\"yagura input\"";
    attribute("name", place(diagnostic.file, diagnostic.line, diagnostic.column));
    if (!diagnostic.file.empty()) attribute("file", diagnostic.file);
    out_ += ">\n      <error type=\"input\"";
    attribute("message", diagnostic.message);
    out_ += ">";
    append_html(out_, diagnostic.hint);
    out_ += "</error>\n    </testcase>\n";
  }

  static std::string place(std::string_view file, std::uint32_t line, std::uint32_t column) {
    std::string text(file.empty() ? std::string_view("(no file)") : file);
    if (line > 0) text += ":" + std::to_string(line);
    if (line > 0 && column > 0) text += ":" + std::to_string(column);
    return text;
  }

  void resource_suite(const ResourceGroup& group) {
    const model::Resource& resource = *group.resource;
    out_ += "  <testsuite";
    attribute("name", resource_title(resource));
    attributes(tally_of(group));
    if (!resource.file.empty()) attribute("file", resource.file);
    out_ += ">\n";
    for (const Finding* finding : group.findings) test_case(resource, *finding);
    out_ += "  </testsuite>\n";
  }

  void test_case(const model::Resource& resource, const Finding& finding) {
    const model::Control& control = control_of(finding);
    out_ += "    <testcase";
    attribute("classname", control.id);
    std::string name = control.title.empty() ? control.id : control.title;
    if (!finding.subject.empty()) name.append(" [").append(finding.subject).append("]");
    attribute("name", name);
    if (!resource.file.empty()) attribute("file", resource.file);
    if (finding.location.line > 0) attribute("line", std::to_string(finding.location.line));
    if (finding.status == Status::kPass) {
      out_ += "/>\n";
      return;
    }
    out_ += ">\n";
    if (finding.status == Status::kFail) {
      failure(resource, finding, control);
    } else {
      out_ += "      <skipped";
      attribute("message", finding.status == Status::kIgnored
                               ? "ignored: " + finding.ignored_by
                               : "not evaluated: " + finding.message);
      out_ += "/>\n";
    }
    out_ += "    </testcase>\n";
  }

  void failure(const model::Resource& resource, const Finding& finding,
               const model::Control& control) {
    out_ += "      <failure";
    attribute("type", to_string(finding.severity));
    attribute("message", finding.message.empty() ? control.title : finding.message);
    out_ += ">";
    line("resource", resource_title(resource));
    line("at", place(resource.file, finding.location.line, finding.location.column));
    line("field",
         finding.location.missing ? finding.location.path + " (not set)" : finding.location.path);
    line("why", control.rationale);
    line("fix", finding.fix.description.empty() ? control.fix_text : finding.fix.description);
    out_ += "</failure>\n";
  }

  void line(std::string_view name, std::string_view text) {
    if (text.empty()) return;
    out_.append(name).append(": ");
    append_html(out_, text);
    out_ += '\n';
  }

  const Report& report_;
  Output& output_;
  std::string& out_;
  Counts counts_;
  Verdict verdict_;
  std::vector<ResourceGroup> groups_;
};

}  // namespace

void write_junit(const Report& report, const WriteOptions& options, Output& output) {
  JunitReport(report, options, output).write();
}

}  // namespace yagura::report
