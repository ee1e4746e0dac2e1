// Attribute names and numbers are of schema.ocsf.io/1.5.0/classes/compliance_finding.

#include "report/ocsf.hpp"

#include <algorithm>
#include <array>

#include "core/json_text.hpp"
#include "report/internal/fragments.hpp"
#include "report/internal/view.hpp"
#include "report/text.hpp"

namespace yagura::report {

namespace {

using core::JsonWriter;
using model::Finding;
using model::Severity;
using model::Status;

struct Numbered {
  int id;
  std::string_view name;
};

Numbered severity_of(Severity severity) {
  static constexpr std::array<Numbered, 5> kNames = {
      {{1, "Informational"}, {2, "Low"}, {3, "Medium"}, {4, "High"}, {5, "Critical"}}};
  return kNames[static_cast<std::size_t>(severity)];
}

// The finding's life cycle.
Numbered lifecycle_of(Status status) {
  switch (status) {
    case Status::kIgnored:
      return {3, "Suppressed"};
    case Status::kPass:
      return {4, "Resolved"};
    case Status::kFail:
    case Status::kNotEvaluated:
      break;
  }
  return {1, "New"};
}

// What the check came to. 2 is "did not yield a result due to missing information".
Numbered compliance_of(Status status) {
  switch (status) {
    case Status::kPass:
      return {1, "Pass"};
    case Status::kNotEvaluated:
      return {2, "Warning"};
    case Status::kFail:
    case Status::kIgnored:
      break;
  }
  return {3, "Fail"};
}

void member(JsonWriter& json, std::string_view id_name, std::string_view name,
            const Numbered& value) {
  json.member(id_name, value.id).member(name, value.name);
}

// "cis-1.12:5.2.2" is requirement 5.2.2 of the standard cis-1.12; "nsa" is a standard alone.
std::string_view standard_of(std::string_view tag) { return tag.substr(0, tag.find(':')); }

class OcsfReport {
 public:
  OcsfReport(const Report& report, const WriteOptions& options, Output& output)
      : report_(report),
        options_(options),
        output_(output),
        out_(output.text()),
        milliseconds_(
            std::chrono::duration_cast<std::chrono::milliseconds>(report.time.time_since_epoch())
                .count()) {
    JsonWriter json(metadata_, 0);
    json.begin_object().member("version", "1.5.0");
    json.key("product").begin_object().member("name", "Yagura").member("vendor_name", "Yagura");
    json.member("version", report.tool_version).end_object().end_object();
  }

  void write() {
    if (verdict_of(report_, count(report_)) == Verdict::kNothingJudged) nothing_judged();
    for (const Finding& finding : report_.findings) {
      if (finding.status == Status::kPass && !options_.show_passed) continue;
      event(finding);
      if (!output_.checkpoint()) return;
    }
  }

 private:
  void classification(JsonWriter& json) const {
    json.begin_object()
        .member("activity_id", 1)
        .member("activity_name", "Create")
        .member("category_uid", 2)
        .member("category_name", "Findings")
        .member("class_uid", 2003)
        .member("class_name", "Compliance Finding")
        .member("type_uid", 200301)
        .member("type_name", "Compliance Finding: Create")
        .member("time", milliseconds_);
    json.key("metadata").raw(metadata_);
  }

  void event(const Finding& finding) {
    const model::Control& control = control_of(finding);
    JsonWriter json(out_, 0);
    classification(json);
    member(json, "severity_id", "severity", severity_of(finding.severity));
    member(json, "status_id", "status", lifecycle_of(finding.status));
    if (finding.status == Status::kIgnored) json.member("comment", finding.ignored_by);
    json.member("message", finding.message.empty() ? control.title : finding.message);
    finding_info(json, finding, control);
    compliance(json, finding, control);
    json.key("resources").begin_array().raw(resource_text(finding)).end_array();
    json.key("remediation").raw(remediation_text(finding, control));
    unmapped(json, finding);
    json.end_object();
    out_ += '\n';
  }

  void finding_info(JsonWriter& json, const Finding& finding, const model::Control& control) const {
    json.key("finding_info").begin_object().member("uid", model::fingerprint(finding));
    json.member("title", control.title.empty() ? control.id : control.title);
    json.member("desc", control.rationale.empty() ? finding.message : control.rationale);
    json.member("created_time", milliseconds_);
    json.key("analytic").begin_object().member("uid", control.id).member("name", control.id);
    json.member("type_id", 1).member("type", "Rule").end_object();
    if (!control.category.empty())
      json.key("types").begin_array().value(control.category).end_array();
    json.end_object();
  }

  void compliance(JsonWriter& json, const Finding& finding, const model::Control& control) {
    json.key("compliance").begin_object().member("control", control.id);
    out_ += standards_.of(control, append_standards);
    member(json, "status_id", "status", compliance_of(finding.status));
    if (!finding.message.empty()) {
      json.key("status_details").begin_array().value(finding.message).end_array();
    }
    json.end_object();
  }

  // `standards` is required, so that a control without tags belongs to our own set.
  static void append_standards(std::string& out, const model::Control& control) {
    std::string members;
    JsonWriter json(members, 0);
    json.begin_object().key("standards").begin_array();
    std::vector<std::string_view> seen;
    for (const std::string& tag : control.tags) {
      const std::string_view standard = standard_of(tag);
      if (standard.empty() || std::ranges::find(seen, standard) != seen.end()) continue;
      seen.push_back(standard);
      json.value(standard);
    }
    if (seen.empty()) json.value("yagura");
    json.end_array().key("requirements").begin_array();
    for (const std::string& tag : control.tags) json.value(tag);
    json.end_array().end_object();
    out.append(",").append(members, 1, members.size() - 2);
  }

  const std::string& resource_text(const Finding& finding) {
    return resources_.of(
        resource_of(finding), [](std::string& out, const model::Resource& resource) {
          JsonWriter json(out, 0);
          json.begin_object()
              .member("uid", model::display_name(resource))
              .member("name", resource.name);
          json.member("type", resource.kind).member("version", resource.api_version);
          if (!resource.namespace_.empty()) json.member("namespace", resource.namespace_);
          if (!resource.file.empty()) {
            json.key("data")
                .begin_object()
                .member("file", resource.file)
                .member("line", resource.line)
                .end_object();
          }
          json.end_object();
        });
  }

  static std::string remediation_text(const Finding& finding, const model::Control& control) {
    std::string text;
    JsonWriter json(text, 0);
    json.begin_object().member(
        "desc", finding.fix.description.empty() ? control.fix_text : finding.fix.description);
    json.key("references").begin_array();
    for (const std::string& url : control.references) json.value(url);
    json.end_array().end_object();
    return text;
  }

  void unmapped(JsonWriter& json, const Finding& finding) const {
    const model::Location& location = finding.location;
    json.key("unmapped").begin_object().member("path", location.path);
    if (location.line > 0) json.member("line", location.line).member("column", location.column);
    if (!finding.subject.empty()) json.member("subject", finding.subject);
    json.key("aliases").begin_array();
    for (const std::string& alias : control_of(finding).aliases) json.value(alias);
    json.end_array().end_object();
  }

  void nothing_judged() {
    JsonWriter json(out_, 0);
    classification(json);
    json.member("severity_id", 0)
        .member("severity", "Unknown")
        .member("status_id", 0)
        .member("status", "Unknown");
    json.member("message", "nothing was judged: this says nothing about security");
    json.key("finding_info")
        .begin_object()
        .member("uid", "yagura-nothing-judged")
        .member("title", "Nothing was judged");
    json.end_object()
        .key("compliance")
        .begin_object()
        .key("standards")
        .begin_array()
        .value("yagura")
        .end_array();
    json.member("status_id", 0).member("status", "Unknown").end_object().end_object();
    out_ += '\n';
  }

  const Report& report_;
  const WriteOptions& options_;
  Output& output_;
  std::string& out_;
  std::int64_t milliseconds_;
  std::string metadata_;
  Fragments<model::Control> standards_;
  Fragments<model::Resource> resources_;
};

}  // namespace

void write_ocsf(const Report& report, const WriteOptions& options, Output& output) {
  OcsfReport(report, options, output).write();
}

}  // namespace yagura::report
