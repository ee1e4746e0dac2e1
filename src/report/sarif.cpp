// Clause numbers are of "Static Analysis Results Interchange Format (SARIF) Version 2.1.0", OASIS
// Standard.

#include "report/sarif.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "core/json_text.hpp"
#include "report/internal/fragments.hpp"
#include "report/internal/view.hpp"
#include "report/text.hpp"

namespace yagura::report {

namespace {

using core::append_json_string;
using core::JsonWriter;
using model::Finding;
using model::Severity;
using model::Status;

constexpr std::string_view kSchema = "https://json.schemastore.org/sarif-2.1.0.json";

// 3.27.10.
std::string_view level_of(Severity severity) {
  switch (severity) {
    case Severity::kCritical:
    case Severity::kHigh:
      return "error";
    case Severity::kMedium:
      return "warning";
    case Severity::kLow:
    case Severity::kInfo:
      return "note";
  }
  return "none";
}

// GitHub's bands: above 9.0 critical, 7.0 to 8.9 high, 4.0 to 6.9 medium, 0.1 to 3.9 low.
std::string_view security_severity(Severity severity) {
  static constexpr std::array<std::string_view, 5> kScores = {"0.1", "3.0", "5.5", "8.0", "9.5"};
  return kScores[static_cast<std::size_t>(severity)];
}

// 3.27.9: "open" is what the standard calls a result that there was not enough information for.
std::string_view kind_of(Status status) {
  switch (status) {
    case Status::kPass:
      return "pass";
    case Status::kNotEvaluated:
      return "open";
    case Status::kFail:
    case Status::kIgnored:
      return "fail";
  }
  return "fail";
}

std::string artifact_uri(std::string_view file) { return file == "-" ? "stdin" : file_uri(file); }

const std::string& text_or(const std::string& text, const std::string& other) {
  return text.empty() ? other : text;
}

// Viewers make a link of "[text](target)" (3.11.6); what a manifest says must not become one.
std::string without_links(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

// Regions need lines and columns from 1 on and an end that is not before the start (3.30).
void write_region(JsonWriter& json, std::uint32_t line, std::uint32_t column,
                  std::uint32_t end_line, std::uint32_t end_column) {
  json.key("region").begin_object().member("startLine", line);
  if (column > 0) json.member("startColumn", column);
  const bool has_end = column > 0 && end_column > 0 &&
                       (end_line > line || (end_line == line && end_column >= column));
  if (has_end) json.member("endLine", end_line).member("endColumn", end_column);
  json.end_object();
}

class SarifReport {
 public:
  SarifReport(const Report& report, const WriteOptions& options, Output& output)
      : report_(report),
        options_(options),
        output_(output),
        out_(output.text()),
        controls_(all_controls(report)) {
    for (std::size_t i = 0; i < controls_.size(); ++i) rule_index_.emplace(controls_[i]->id, i);
  }

  void write() {
    out_ += "{\n\"$schema\":";
    append_json_string(out_, kSchema);
    out_ +=
        ",\n\"version\":\"2.1.0\",\n\"runs\":[{\n\"tool\":{\"driver\":{\"name\":\"Yagura\","
        "\"version\":";
    append_json_string(out_, report_.tool_version);
    out_ += ",\"rules\":[";
    rules();
    out_ += "\n]}},\n\"columnKind\":\"unicodeCodePoints\",\n\"invocations\":[";
    invocation();
    out_ += "],\n\"results\":[";
    results();
    out_ += "],\n\"properties\":";
    properties();
    out_ += "\n}]\n}\n";
  }

 private:
  void rules() {
    for (std::size_t i = 0; i < controls_.size(); ++i) {
      out_ += i > 0 ? ",\n" : "\n";
      rule(*controls_[i]);
      output_.checkpoint();
    }
  }

  void rule(const model::Control& control) {
    JsonWriter json(out_, 0);
    json.begin_object().member("id", control.id);
    json.key("shortDescription")
        .begin_object()
        .member("text", text_or(control.title, control.id))
        .end_object();
    json.key("fullDescription")
        .begin_object()
        .member("text", text_or(control.rationale, text_or(control.title, control.id)))
        .end_object();
    const std::string help = help_of(control);
    json.key("help").begin_object().member("text", help).member("markdown", help).end_object();
    for (const std::string& url : control.references) {
      if (!is_web_url(url)) continue;
      json.member("helpUri", url);
      break;
    }
    json.key("defaultConfiguration")
        .begin_object()
        .member("level", level_of(control.severity))
        .end_object();
    json.key("properties")
        .begin_object()
        .member("security-severity", security_severity(control.severity));
    json.key("tags").begin_array().value("security").value("kubernetes");
    for (const std::string& tag : unique_tags(control)) json.value(tag);
    json.end_array();
    json.key("aliases").begin_array();
    for (const std::string& alias : control.aliases) json.value(alias);
    json.end_array().end_object().end_object();
  }

  static std::string help_of(const model::Control& control) {
    std::string help = control.rationale;
    if (!control.fix_text.empty()) help.append(help.empty() ? "" : "\n\n").append(control.fix_text);
    for (const std::string& url : control.references) {
      if (is_web_url(url)) help.append("\n\n").append(url);
    }
    return help.empty() ? text_or(control.title, control.id) : help;
  }

  // The schema demands that tags are unique.
  static std::vector<std::string> unique_tags(const model::Control& control) {
    std::vector<std::string> tags = control.tags;
    tags.push_back(control.category);
    std::ranges::sort(tags);
    const auto repeated = std::ranges::unique(tags);
    tags.erase(repeated.begin(), repeated.end());
    std::erase_if(tags, [](const std::string& tag) {
      return tag.empty() || tag == "security" || tag == "kubernetes";
    });
    return tags;
  }

  void invocation() {
    JsonWriter json(out_, 0);
    json.begin_object()
        .member("executionSuccessful", count(report_).errors == 0)
        .member("endTimeUtc", format_time(report_.time));
    json.key("toolExecutionNotifications").begin_array();
    for (const Diagnostic& diagnostic : report_.diagnostics) notification(json, diagnostic);
    json.end_array().end_object();
  }

  static void notification(JsonWriter& json, const Diagnostic& diagnostic) {
    static constexpr std::array<std::string_view, 3> kLevels = {"note", "warning", "error"};
    std::string text = diagnostic.message;
    if (!diagnostic.hint.empty()) text.append(" (hint: ").append(diagnostic.hint).append(")");
    json.begin_object().member("level", kLevels[static_cast<std::size_t>(diagnostic.level)]);
    json.key("message").begin_object().member("text", text).end_object();
    if (!diagnostic.file.empty()) {
      json.key("locations").begin_array().begin_object().key("physicalLocation").begin_object();
      json.key("artifactLocation")
          .begin_object()
          .member("uri", artifact_uri(diagnostic.file))
          .end_object();
      if (diagnostic.line > 0) write_region(json, diagnostic.line, diagnostic.column, 0, 0);
      json.end_object().end_object().end_array();
    }
    json.end_object();
  }

  void results() {
    bool first = true;
    for (const Finding& finding : report_.findings) {
      if (finding.status == Status::kPass && !options_.show_passed) continue;
      out_ += first ? "\n" : ",\n";
      first = false;
      result(finding);
      if (!output_.checkpoint()) return;
    }
    if (!first) out_ += '\n';
  }

  void result(const Finding& finding) {
    const model::Control& control = control_of(finding);
    const std::string_view kind = kind_of(finding.status);
    JsonWriter json(out_, 0);
    json.begin_object().member("ruleId", control.id);
    if (const auto at = rule_index_.find(control.id); at != rule_index_.end())
      json.member("ruleIndex", at->second);
    json.member("kind", kind).member("level", kind == "fail" ? level_of(finding.severity) : "none");
    json.key("message").begin_object().member("text", message_of(finding)).end_object();
    locations(json, finding);
    json.key("partialFingerprints")
        .begin_object()
        .member("yaguraFinding/v1", model::fingerprint(finding))
        .end_object();
    if (finding.status == Status::kIgnored) {
      json.key("suppressions")
          .begin_array()
          .begin_object()
          .member("kind", "external")
          .member("status", "accepted");
      if (!finding.ignored_by.empty()) json.member("justification", finding.ignored_by);
      json.end_object().end_array();
    } else {
      json.key("suppressions").begin_array().end_array();
    }
    if (!finding.fix.edits.empty() && !resource_of(finding).file.empty()) fixes(json, finding);
    json.key("properties").begin_object().member("severity", model::to_string(finding.severity));
    json.member("status", model::to_string(finding.status)).end_object().end_object();
  }

  static std::string message_of(const Finding& finding) {
    const model::Control& control = control_of(finding);
    std::string text = text_or(finding.message, text_or(control.title, control.id));
    if (!finding.fix.description.empty()) text.append(". Fix: ").append(finding.fix.description);
    return text.find("](") == std::string::npos ? text : without_links(text);
  }

  void locations(JsonWriter& json, const Finding& finding) {
    const model::Resource& resource = resource_of(finding);
    const model::Location& location = finding.location;
    json.key("locations").begin_array().begin_object();
    if (!resource.file.empty()) {
      json.key("physicalLocation").begin_object().key("artifactLocation").raw(artifact(resource));
      const std::uint32_t line = location.line > 0 ? location.line : std::max(resource.line, 1U);
      write_region(json, line, location.line > 0 ? location.column : 1, location.end_line,
                   location.end_column);
      json.end_object();
    }
    json.key("logicalLocations").begin_array().raw(logical(resource));
    if (!location.path.empty()) {
      json.begin_object().member("fullyQualifiedName",
                                 resource_title(resource) + " " + location.path);
      json.member("kind", "member").end_object();
    }
    json.end_array().end_object().end_array();
  }

  const std::string& artifact(const model::Resource& resource) {
    return artifacts_.of(resource, [](std::string& out, const model::Resource& of) {
      JsonWriter json(out, 0);
      json.begin_object().member("uri", artifact_uri(of.file));
      // Only a relative path is relative to something (3.4.4); GitHub knows this name.
      if (!of.file.starts_with('/')) json.member("uriBaseId", "%SRCROOT%");
      json.end_object();
    });
  }

  const std::string& logical(const model::Resource& resource) {
    return logicals_.of(resource, [](std::string& out, const model::Resource& of) {
      JsonWriter json(out, 0);
      json.begin_object().member("name", text_or(of.name, "(unnamed)"));
      json.member("fullyQualifiedName", resource_title(of)).member("kind", "resource").end_object();
    });
  }

  // 3.55: what to replace, where; the same artifact for every edit.
  void fixes(JsonWriter& json, const Finding& finding) {
    const auto usable = [](const model::TextEdit& edit) {
      return edit.line > 0 && edit.column > 0;
    };
    if (!std::ranges::all_of(finding.fix.edits, usable)) return;
    json.key("fixes").begin_array().begin_object();
    if (!finding.fix.description.empty()) {
      json.key("description").begin_object().member("text", finding.fix.description).end_object();
    }
    json.key("artifactChanges").begin_array().begin_object();
    json.key("artifactLocation").raw(artifact(resource_of(finding)));
    json.key("replacements").begin_array();
    for (const model::TextEdit& edit : finding.fix.edits) {
      json.begin_object().key("deletedRegion").begin_object();
      json.member("startLine", edit.line).member("startColumn", edit.column);
      json.member("endLine", std::max(edit.end_line, edit.line))
          .member("endColumn", std::max(edit.end_column, 1U));
      json.end_object()
          .key("insertedContent")
          .begin_object()
          .member("text", edit.text)
          .end_object()
          .end_object();
    }
    json.end_array().end_object().end_array().end_object().end_array();
  }

  void properties() {
    const Counts counts = count(report_);
    JsonWriter json(out_, 0);
    json.begin_object()
        .member("verdict", to_string(verdict_of(report_, counts)))
        .member("target", report_.target)
        .member("files", report_.summary.files)
        .member("resources", report_.summary.resources)
        .member("controls", report_.summary.controls)
        .member("notEvaluated", counts.of(Status::kNotEvaluated))
        .end_object();
  }

  const Report& report_;
  const WriteOptions& options_;
  Output& output_;
  std::string& out_;
  std::vector<const model::Control*> controls_;
  std::unordered_map<std::string_view, std::size_t> rule_index_;
  Fragments<model::Resource> artifacts_;
  Fragments<model::Resource> logicals_;
};

}  // namespace

void write_sarif(const Report& report, const WriteOptions& options, Output& output) {
  SarifReport(report, options, output).write();
}

}  // namespace yagura::report
