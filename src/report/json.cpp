// The document is written by hand rather than through JsonWriter where it counts: what a finding
// says about its control and its resource is the same text for thousands of findings and is made
// once.

#include "report/json.hpp"

#include <array>

#include "core/json_text.hpp"
#include "report/internal/fragments.hpp"
#include "report/internal/json_value.hpp"
#include "report/internal/view.hpp"
#include "report/text.hpp"

namespace yagura::report {

namespace {

using core::append_json_string;
using core::JsonWriter;
using model::Finding;
using model::PatchOperation;
using model::Status;

void append_member(std::string& out, std::string_view name, std::string_view text) {
  out.append(",\"").append(name).append("\":");
  append_json_string(out, text);
}

void append_member(std::string& out, std::string_view name, std::uint64_t number) {
  out.append(",\"").append(name).append("\":").append(std::to_string(number));
}

void append_strings(std::string& out, const std::vector<std::string>& texts) {
  out += '[';
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) out += ',';
    append_json_string(out, texts[i]);
  }
  out += ']';
}

std::string_view to_string(PatchOperation::Kind kind) {
  static constexpr std::array<std::string_view, 3> kNames = {"set", "remove", "append"};
  return kNames[static_cast<std::size_t>(kind)];
}

class JsonReport {
 public:
  JsonReport(const Report& report, const WriteOptions& options, Output& output)
      : report_(report), options_(options), output_(output), out_(output.text()) {}

  void write() {
    head();
    controls();
    findings();
    diagnostics();
    out_ += "}\n";
  }

 private:
  void head() {
    out_ += "{\n\"schemaVersion\":1,\n\"tool\":{\"name\":\"yagura\"";
    append_member(out_, "version", report_.tool_version);
    out_ += "},\n\"target\":";
    append_json_string(out_, report_.target);
    out_ += ",\n\"time\":";
    append_json_string(out_, format_time(report_.time));
    out_ += ",\n\"summary\":";
    summary();
  }

  void summary() {
    const Counts counts = count(report_);
    JsonWriter json(out_, 0);
    json.begin_object()
        .member("verdict", to_string(verdict_of(report_, counts)))
        .member("files", report_.summary.files)
        .member("resources", report_.summary.resources)
        .member("failedResources", counts.failed_resources)
        .member("controls", report_.summary.controls)
        .member("durationMs", static_cast<long long>(report_.summary.duration.count()))
        .member("errors", counts.errors);
    json.key("status").begin_object();
    for (const Status status :
         {Status::kFail, Status::kPass, Status::kNotEvaluated, Status::kIgnored}) {
      json.member(model::to_string(status), counts.of(status));
    }
    json.end_object().key("severity").begin_object();
    for (int i = static_cast<int>(model::Severity::kCritical); i >= 0; --i) {
      const auto severity = static_cast<model::Severity>(i);
      json.member(model::to_string(severity), counts.of(severity));
    }
    json.end_object().end_object();
  }

  void controls() {
    out_ += ",\n\"controls\":{";
    bool first = true;
    for (const model::Control* control : all_controls(report_)) {
      out_ += first ? "\n" : ",\n";
      first = false;
      append_json_string(out_, control->id);
      out_ += ":{\"title\":";
      append_json_string(out_, control->title);
      append_member(out_, "severity", model::to_string(control->severity));
      append_member(out_, "category", control->category);
      append_member(out_, "rationale", control->rationale);
      append_member(out_, "remedy", control->fix_text);
      out_ += ",\"references\":";
      append_strings(out_, control->references);
      out_ += ",\"tags\":";
      append_strings(out_, control->tags);
      out_ += ",\"aliases\":";
      append_strings(out_, control->aliases);
      out_ += '}';
      output_.checkpoint();
    }
    out_ += first ? "}" : "\n}";
  }

  void findings() {
    out_ += ",\n\"findings\":[";
    bool first = true;
    for (const Finding& finding : report_.findings) {
      if (finding.status == Status::kPass && !options_.show_passed) continue;
      out_ += first ? "\n" : ",\n";
      first = false;
      append_finding(finding);
      if (!output_.checkpoint()) return;
    }
    out_ += first ? "]" : "\n]";
  }

  void append_finding(const Finding& finding) {
    out_ += "{\"id\":\"";
    out_ += model::fingerprint(finding);
    out_ += '"';
    out_ +=
        control_texts_.of(control_of(finding), [](std::string& out, const model::Control& control) {
          append_member(out, "control", control.id);
          out += ",\"aliases\":";
          append_strings(out, control.aliases);
        });
    append_member(out_, "severity", model::to_string(finding.severity));
    append_member(out_, "status", model::to_string(finding.status));
    out_ += resource_texts_.of(resource_of(finding),
                               [](std::string& out, const model::Resource& resource) {
                                 out += ",\"resource\":{\"apiVersion\":";
                                 append_json_string(out, resource.api_version);
                                 append_member(out, "kind", resource.kind);
                                 append_member(out, "namespace", resource.namespace_);
                                 append_member(out, "name", resource.name);
                                 out += "},\"location\":{\"file\":";
                                 append_json_string(out, resource.file);
                               });
    append_location(finding.location);
    if (!finding.subject.empty()) append_member(out_, "subject", finding.subject);
    append_member(out_, "message", finding.message);
    if (finding.status == Status::kIgnored) append_member(out_, "ignoredBy", finding.ignored_by);
    // A fail always says what to do, if only that nobody wrote it down.
    if (finding.status == model::Status::kFail || finding.status == model::Status::kIgnored) {
      append_fix(finding.fix);
    }
    out_ += '}';
  }

  // Continues the object that began with the file.
  void append_location(const model::Location& location) {
    if (location.line > 0) {
      append_member(out_, "line", location.line);
      append_member(out_, "column", location.column);
    }
    if (location.end_line > 0) {
      append_member(out_, "endLine", location.end_line);
      append_member(out_, "endColumn", location.end_column);
    }
    append_member(out_, "path", location.path);
    out_ += location.missing ? ",\"missing\":true}" : ",\"missing\":false}";
  }

  void append_fix(const model::Fix& fix) {
    out_ += ",\"fix\":{\"description\":";
    append_json_string(out_, fix.description);
    out_ += ",\"operations\":[";
    for (std::size_t i = 0; i < fix.operations.size(); ++i) {
      const PatchOperation& operation = fix.operations[i];
      out_ += i > 0 ? ",{\"op\":" : "{\"op\":";
      append_json_string(out_, to_string(operation.kind));
      append_member(out_, "path", operation.path);
      if (operation.kind != PatchOperation::Kind::kRemove) {
        out_ += ",\"value\":";
        append_value(operation.value);
      }
      out_ += '}';
    }
    out_ += ']';
    if (!fix.edits.empty()) append_edits(fix.edits);
    out_ += '}';
  }

  void append_value(std::string_view value) {
    if (is_json(value)) {
      out_ += value;
    } else {
      append_json_string(out_, value);
    }
  }

  void append_edits(const std::vector<model::TextEdit>& edits) {
    out_ += ",\"edits\":[";
    for (std::size_t i = 0; i < edits.size(); ++i) {
      const model::TextEdit& edit = edits[i];
      out_.append(i > 0 ? ",{\"line\":" : "{\"line\":").append(std::to_string(edit.line));
      append_member(out_, "column", edit.column);
      append_member(out_, "endLine", edit.end_line);
      append_member(out_, "endColumn", edit.end_column);
      append_member(out_, "text", edit.text);
      out_ += '}';
    }
    out_ += ']';
  }

  void diagnostics() {
    static constexpr std::array<std::string_view, 3> kLevels = {"note", "warning", "error"};
    out_ += ",\n\"diagnostics\":[";
    bool first = true;
    for (const Diagnostic& diagnostic : report_.diagnostics) {
      out_ += first ? "\n{\"level\":" : ",\n{\"level\":";
      first = false;
      append_json_string(out_, kLevels[static_cast<std::size_t>(diagnostic.level)]);
      append_member(out_, "file", diagnostic.file);
      append_member(out_, "line", diagnostic.line);
      append_member(out_, "column", diagnostic.column);
      append_member(out_, "message", diagnostic.message);
      append_member(out_, "hint", diagnostic.hint);
      out_ += '}';
      output_.checkpoint();
    }
    out_ += first ? "]" : "\n]";
    out_.append(",\n\"droppedDiagnostics\":")
        .append(std::to_string(report_.dropped_diagnostics))
        .append("\n");
  }

  const Report& report_;
  const WriteOptions& options_;
  Output& output_;
  std::string& out_;
  Fragments<model::Control> control_texts_;
  Fragments<model::Resource> resource_texts_;
};

}  // namespace

void write_json(const Report& report, const WriteOptions& options, Output& output) {
  JsonReport(report, options, output).write();
}

}  // namespace yagura::report
