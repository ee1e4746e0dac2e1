// Reports made of hostile strings, in every format. The input is cut into fields at newlines (a
// field may hold any other byte); what comes out must be valid UTF-8 without control characters,
// JSON where it claims to be, and keep to the table's width.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/check.hpp"
#include "core/utf8.hpp"
#include "report/internal/json_value.hpp"
#include "report/report.hpp"
#include "report/width.hpp"

namespace {

using namespace yagura;

class Fields {
 public:
  explicit Fields(std::string_view text) : rest_(text) {}

  std::string next() {
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    std::string field(rest_.substr(0, end));
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    return field;
  }

  std::uint32_t number() {
    std::uint32_t value = 0;
    for (const char c : next()) value = value * 31 + static_cast<unsigned char>(c);
    return value;
  }

  [[nodiscard]] bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

model::Finding next_finding(Fields& fields) {
  auto control = std::make_shared<model::Control>();
  control->id = fields.next();
  control->title = fields.next();
  control->rationale = fields.next();
  control->fix_text = fields.next() + "\n\n" + fields.next();
  control->references = {fields.next()};
  control->tags = {fields.next()};
  control->aliases = {fields.next()};
  auto resource = std::make_shared<model::Resource>();
  resource->kind = fields.next();
  resource->namespace_ = fields.next();
  resource->name = fields.next();
  resource->file = fields.next();
  resource->line = fields.number();
  model::Finding finding;
  finding.control = std::move(control);
  finding.resource = std::move(resource);
  finding.status = static_cast<model::Status>(fields.number() % 4);
  finding.severity = static_cast<model::Severity>(fields.number() % 5);
  finding.location = {.line = fields.number(),
                      .column = fields.number(),
                      .end_line = fields.number(),
                      .end_column = fields.number(),
                      .path = fields.next()};
  finding.message = fields.next();
  finding.subject = fields.next();
  finding.ignored_by = fields.next();
  finding.fix = {
      .description = fields.next(),
      .operations = {{.kind = static_cast<model::PatchOperation::Kind>(fields.number() % 3),
                      .path = fields.next(),
                      .value = fields.next()}},
      .edits = {{.line = fields.number(),
                 .column = fields.number(),
                 .end_line = fields.number(),
                 .end_column = fields.number(),
                 .text = fields.next()}}};
  return finding;
}

report::Report make_report(std::string_view text) {
  Fields fields(text);
  report::Report report;
  report.target = fields.next();
  report.tool_version = fields.next();
  report.summary.resources = fields.number();
  report.summary.controls = fields.number();
  report.diagnostics = {{.file = fields.next(),
                         .line = fields.number(),
                         .column = fields.number(),
                         .message = fields.next(),
                         .hint = fields.next()}};
  while (!fields.done() && report.findings.size() < 50)
    report.findings.push_back(next_finding(fields));
  return report;
}

void check_text(std::string_view text) {
  YAGURA_CHECK(core::find_invalid_utf8(text) == std::string_view::npos, "every format is UTF-8");
  for (const char c : text) {
    YAGURA_CHECK(c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != '\x7f'),
                 "no control character passes");
  }
}

void for_each_line(std::string_view text, auto&& check) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    check(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const report::Report report = make_report({reinterpret_cast<const char*>(data), size});
  const report::WriteOptions options{.width = 40 + static_cast<std::uint32_t>(size % 121),
                                     .show_passed = true,
                                     .show_ignored = true};
  const std::string table = report::write(report, report::Format::kTable, options);
  check_text(table);
  for_each_line(table, [&](std::string_view line) {
    YAGURA_CHECK(report::display_width(line) <= options.width, "the table keeps to its width");
  });
  for (const auto format : {report::Format::kJson, report::Format::kSarif}) {
    const std::string text = report::write(report, format, options);
    check_text(text);
    YAGURA_CHECK(report::is_json(text), "JSON formats are JSON");
  }
  const std::string events = report::write(report, report::Format::kOcsf, options);
  check_text(events);
  for_each_line(events, [](std::string_view line) {
    YAGURA_CHECK(report::is_json(line), "every event is JSON");
  });
  for (const auto format : {report::Format::kJunit, report::Format::kPolicyReport,
                            report::Format::kMarkdown, report::Format::kHtml}) {
    check_text(report::write(report, format, options));
  }
  return 0;
}
