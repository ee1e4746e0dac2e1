#include "report/markdown.hpp"

#include <algorithm>
#include <array>

#include "report/internal/view.hpp"
#include "report/text.hpp"

namespace yagura::report {

namespace {

using model::Finding;
using model::Severity;
using model::Status;

// A comment of this size is kept free for what follows the list of findings.
constexpr std::size_t kReserve = 2000;
constexpr std::size_t kMaxDiagnostics = 20;
constexpr std::size_t kMaxText = 600;  // bytes of one message

std::string_view icon(Severity severity) {
  static constexpr std::array<std::string_view, 5> kIcons = {"⚪", "🔵", "🟡", "🟠", "🔴"};
  return kIcons[static_cast<std::size_t>(severity)];
}

std::string inline_text(std::string_view text) {
  std::string out;
  std::size_t end = std::min(text.size(), kMaxText);
  while (end < text.size() && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
    --end;
  append_markdown(out, text.substr(0, end));
  if (end < text.size()) out += "…";
  return out;
}

std::string code(std::string_view text) {
  std::string out;
  if (text.size() > kMaxText) {
    std::size_t end = kMaxText;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    append_markdown_code(out, text.substr(0, end));
    return out + "…";
  }
  append_markdown_code(out, text);
  return out;
}

// Text of a control: its code spans stay code.
std::string marked_up(std::string_view text) {
  std::string out;
  for (const auto& [markup, run] : inline_runs(text)) {
    switch (markup) {
      case Markup::kPlain:
        out += inline_text(run);
        break;
      case Markup::kCode:
        out += code(run);
        break;
      case Markup::kStrong:
        out += "**" + inline_text(run) + "**";
        break;
    }
  }
  return out;
}

std::string block_html(std::string_view text) {
  std::string out;
  append_markdown_html(out, text);
  return out;
}

std::string place(const model::Resource& resource, const model::Location& location) {
  std::string text = resource.file;
  if (location.line > 0) text += ":" + std::to_string(location.line);
  if (location.line > 0 && location.column > 0) text += ":" + std::to_string(location.column);
  return text;
}

class MarkdownReport {
 public:
  MarkdownReport(const Report& report, const WriteOptions& options, Output& output)
      : report_(report),
        options_(options),
        output_(output),
        out_(output.text()),
        counts_(count(report)) {}

  void write() {
    head();
    totals();
    details();
    not_evaluated();
    diagnostics();
    foot();
  }

 private:
  void head() {
    out_ += "## Yagura: ";
    switch (verdict_of(report_, counts_)) {
      case Verdict::kFail:
        out_ += plural(counts_.of(Status::kFail), "finding") + " in " +
                plural(counts_.failed_resources, "resource");
        break;
      case Verdict::kPass:
        out_ += "✅ no findings";
        break;
      case Verdict::kIncomplete:
        out_ += "⚠️ no findings in what was judged, but not everything was";
        break;
      case Verdict::kNothingJudged:
        out_ += "⚠️ nothing was judged";
        break;
    }
    out_ += "\n\n";
    if (verdict_of(report_, counts_) == Verdict::kNothingJudged) {
      out_ +=
          "**This says nothing about security**: there was no resource to judge or no control in "
          "force.\n\n";
    }
  }

  void totals() {
    out_ +=
        "| 🔴 critical | 🟠 high | 🟡 medium | 🔵 low | ⚪ info | not evaluated | ignored | not "
        "read |\n"
        "|--:|--:|--:|--:|--:|--:|--:|--:|\n|";
    for (int i = static_cast<int>(Severity::kCritical); i >= 0; --i) {
      out_ += " " + format_number(counts_.of(static_cast<Severity>(i))) + " |";
    }
    out_ += " " + format_number(counts_.of(Status::kNotEvaluated)) + " |";
    out_ += " " + format_number(counts_.of(Status::kIgnored)) + " |";
    out_ += " " + format_number(counts_.errors) + " |\n\n";
  }

  [[nodiscard]] bool is_full(std::size_t next) const {
    return options_.markdown_limit > 0 && written_ + next + kReserve > options_.markdown_limit;
  }

  void details() {
    const KeepStatus keep{.by_status = {true, options_.show_passed, false, options_.show_ignored}};
    std::uint64_t left_out_findings = 0;
    std::uint64_t left_out_resources = 0;
    written_ = out_.size();
    for (const ResourceGroup& group : group_by_resource(report_, keep)) {
      const std::string text = left_out_resources == 0 ? resource(group) : std::string();
      // Once one is left out all that follow are, so that the order stays worst first without
      // holes.
      if (left_out_resources > 0 || is_full(text.size())) {
        ++left_out_resources;
        left_out_findings += group.findings.size();
        continue;
      }
      out_ += text;
      written_ += text.size();
      if (!output_.checkpoint()) return;
    }
    if (left_out_resources > 0) {
      out_ += "**" + plural(left_out_findings, "finding") + " of " +
              plural(left_out_resources, "further resource") +
              " not listed here**: a comment has room for no more. The full report has them.\n\n";
    }
  }

  std::string resource(const ResourceGroup& group) const {
    const model::Resource& of = *group.resource;
    std::string text = "<details><summary>";
    for (int i = static_cast<int>(Severity::kCritical); i >= 0; --i) {
      const std::uint64_t fails = group.fails_by_severity[i];
      if (fails > 0)
        text.append(icon(static_cast<Severity>(i)))
            .append(" ")
            .append(format_number(fails))
            .append(" ");
    }
    text += "<b>" + block_html(resource_title(of)) + "</b>";
    if (!of.file.empty()) {
      text += " <code>" + block_html(of.file + (of.line > 0 ? ":" + std::to_string(of.line) : "")) +
              "</code>";
    }
    text += "</summary>\n\n| | control | what | where |\n|---|---|---|---|\n";
    for (const Finding* finding : group.findings) row(text, of, *finding);
    return text + "\n</details>\n\n";
  }

  static void row(std::string& text, const model::Resource& of, const Finding& finding) {
    const model::Control& control = control_of(finding);
    text += "| ";
    if (finding.status == Status::kFail) {
      text.append(icon(finding.severity)).append(" ").append(to_string(finding.severity));
    } else {
      text += to_string(finding.status);
    }
    text += " | " + code(control.id) + " | ";
    text += "**" + inline_text(control.title.empty() ? control.id : control.title) + "**";
    if (!finding.message.empty()) text += "<br>" + inline_text(finding.message);
    if (finding.status == Status::kIgnored) {
      text += "<br>ignored by: " + inline_text(finding.ignored_by);
    } else if (finding.status == Status::kFail) {
      const std::string fix = finding.fix.description.empty()
                                  ? marked_up(first_paragraph(control.fix_text))
                                  : inline_text(finding.fix.description);
      if (!fix.empty()) text += "<br>**Fix:** " + fix;
    }
    text += " | ";
    const std::string at = place(of, finding.location);
    if (!at.empty()) text += code(at);
    if (!finding.location.path.empty()) {
      text += (at.empty() ? "" : "<br>") + code(finding.location.path) +
              (finding.location.missing ? " (not set)" : "");
    }
    text += " |\n";
  }

  static std::string_view first_paragraph(std::string_view text) {
    const auto parts = paragraphs(text);
    return parts.empty() ? std::string_view{} : parts.front();
  }

  void not_evaluated() {
    const std::vector<UnknownGroup> groups = unknowns(report_);
    if (groups.empty()) return;
    out_ +=
        "<details><summary>❔ " + plural(counts_.of(Status::kNotEvaluated), "check") +
        " not evaluated: not a pass</summary>\n\n| control | reason | resources |\n|---|---|--:|\n";
    std::size_t left_out = 0;
    for (const UnknownGroup& group : groups) {
      const std::string text = "| " + code(control_of(*group.first).id) + " | " +
                               inline_text(group.first->message) + " | " +
                               format_number(group.findings.size()) + " |\n";
      if (left_out > 0 || is_full(text.size())) {
        ++left_out;
        continue;
      }
      out_ += text;
      written_ += text.size();
    }
    out_ += "\n";
    if (left_out > 0) out_ += "and " + format_number(left_out) + " more\n\n";
    out_ += "</details>\n\n";
  }

  void diagnostics() {
    if (counts_.errors == 0 && report_.dropped_diagnostics == 0) return;
    out_ += "<details><summary>⛔ " + plural(counts_.errors, "error") +
            " in the input: what could not be read was not judged</summary>\n\n";
    std::uint64_t left_out = report_.dropped_diagnostics;
    std::size_t listed = 0;
    for (const Diagnostic& diagnostic : report_.diagnostics) {
      if (diagnostic.level != DiagnosticLevel::kError) continue;
      std::string at = diagnostic.file.empty() ? "(no file)" : diagnostic.file;
      if (diagnostic.line > 0) at += ":" + std::to_string(diagnostic.line);
      std::string text = "- " + code(at) + " " + inline_text(diagnostic.message) + "\n";
      if (listed == kMaxDiagnostics || is_full(text.size())) {
        ++left_out;
        continue;
      }
      out_ += text;
      written_ += text.size();
      ++listed;
    }
    if (left_out > 0) out_ += "- and " + format_number(left_out) + " more\n";
    out_ += "\n</details>\n\n";
  }

  void foot() {
    out_ += "<sub>" + plural(report_.summary.resources, "resource") + " in " +
            plural(report_.summary.files, "file") + " judged by " +
            plural(report_.summary.controls, "control") + " in " +
            format_duration(report_.summary.duration) + " · yagura ";
    append_markdown(out_, std::string_view(report_.tool_version).substr(0, 64));
    out_ += " · " + format_time(report_.time) + "</sub>\n";
  }

  const Report& report_;
  const WriteOptions& options_;
  Output& output_;
  std::string& out_;
  Counts counts_;
  std::size_t written_ = 0;  // bytes so far, also those that a sink has taken
};

}  // namespace

void write_markdown(const Report& report, const WriteOptions& options, Output& output) {
  MarkdownReport(report, options, output).write();
}

}  // namespace yagura::report
