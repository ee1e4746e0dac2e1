#include "report/html.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <unordered_map>

#include "report/internal/html_assets.hpp"
#include "report/internal/view.hpp"
#include "report/text.hpp"

namespace yagura::report {

namespace {

using model::Finding;
using model::PatchOperation;
using model::Severity;
using model::Status;

std::string_view label(Status status) {
  return status == Status::kNotEvaluated ? "not evaluated" : model::to_string(status);
}

constexpr std::size_t kMaxFixFirst = 10;
constexpr std::size_t kMaxShownResources = 5;
constexpr std::array<Status, 4> kStatuses = {Status::kFail, Status::kNotEvaluated, Status::kIgnored,
                                             Status::kPass};

class HtmlReport {
 public:
  HtmlReport(const Report& report, const WriteOptions& options, Output& output)
      : report_(report),
        options_(options),
        output_(output),
        out_(output.text()),
        counts_(count(report)),
        verdict_(verdict_of(report, counts_)),
        controls_(all_controls(report)),
        groups_(group_by_resource(report, {.by_status = {true, options.show_passed, true, true}})) {
    for (std::size_t i = 0; i < controls_.size(); ++i) anchors_.emplace(controls_[i]->id, i);
  }

  void write() {
    head();
    verdict();
    tiles();
    facts();
    fix_first();
    findings();
    not_evaluated();
    diagnostics();
    controls();
    foot();
  }

 private:
  // --- small parts -----------------------------------------------------------------------------

  void text(std::string_view content) { append_html(out_, content); }

  void code(std::string_view content) {
    out_ += "<code>";
    text(content);
    out_ += "</code>";
  }

  // A path, which may break behind its separators rather than anywhere.
  void path_code(std::string_view path) {
    out_ += "<code>";
    std::size_t at = 0;
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
      if (path[i] != '.' && path[i] != '/' && path[i] != ':') continue;
      text(path.substr(at, i + 1 - at));
      out_ += "<wbr>";
      at = i + 1;
    }
    text(path.substr(at));
    out_ += "</code>";
  }

  void pill(std::string_view css_class, std::string_view content) {
    out_.append("<span class=\"pill ")
        .append(css_class)
        .append("\">")
        .append(content)
        .append("</span>");
  }

  // Text of a control, whose Markdown is `code` and **strong**.
  void markup(std::string_view content) {
    for (const auto& [kind, run] : inline_runs(content)) {
      switch (kind) {
        case Markup::kPlain:
          text(run);
          break;
        case Markup::kCode:
          code(run);
          break;
        case Markup::kStrong:
          out_ += "<strong>";
          text(run);
          out_ += "</strong>";
          break;
      }
    }
  }

  void section(std::string_view id, std::string_view title, std::string_view note) {
    out_.append("<section aria-labelledby=\"")
        .append(id)
        .append("\"><h2 id=\"")
        .append(id)
        .append("\">");
    text(title);
    if (!note.empty()) out_.append("<small>").append(html(note)).append("</small>");
    out_ += "</h2>\n";
  }

  void control_link(const model::Control& control) {
    const auto at = anchors_.find(control.id);
    out_ += "<a class=\"ctl\" href=\"#c" + std::to_string(at == anchors_.end() ? 0 : at->second) +
            "\">";
    text(control.id);
    out_ += "</a>";
  }

  static std::string place(std::string_view file, std::uint32_t line, std::uint32_t column) {
    std::string at(file);
    if (line > 0) at += ":" + std::to_string(line);
    if (line > 0 && column > 0) at += ":" + std::to_string(column);
    return at;
  }

  // --- top -------------------------------------------------------------------------------------

  void head() {
    out_ +=
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
        "'sha256-";
    out_.append(kStyleHash).append("'; script-src 'sha256-").append(kScriptHash);
    out_ +=
        "'; base-uri 'none'; form-action 'none'\">\n<meta name=\"referrer\" "
        "content=\"no-referrer\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Yagura: ";
    text(report_.target.empty() ? "report" : report_.target);
    out_.append("</title>\n<style>").append(kStyle).append("</style>\n</head>\n<body>\n");
    out_ +=
        "<a class=\"skip\" href=\"#findings\">To the findings</a>\n<div class=\"wrap\">\n<header>";
    out_.append(kLogo).append("<div><h1>Security report");
    if (!report_.target.empty()) {
      out_ += " of ";
      code(report_.target);
    }
    out_ += "</h1><p>Yagura ";
    text(report_.tool_version);
    const std::string time = format_time(report_.time);
    out_.append(" · <time datetime=\"")
        .append(time)
        .append("\">")
        .append(time.substr(0, 10))
        .append(" ");
    out_.append(time.substr(11, 5)).append(" UTC</time></p></div></header>\n<main>\n");
  }

  void verdict() {
    out_.append("<div class=\"verdict ").append(to_string(verdict_)).append("\" role=\"status\">");
    switch (verdict_) {
      case Verdict::kFail:
        out_ += plural(counts_.of(Status::kFail), "finding") + " in " +
                plural(counts_.failed_resources, "resource");
        break;
      case Verdict::kPass:
        out_ +=
            "No findings<span>Every control in force holds for every resource that was "
            "judged.</span>";
        break;
      case Verdict::kIncomplete:
        out_ +=
            "No findings in what was judged, but not everything was<span>This is not a pass: see "
            "below for what "
            "could not be evaluated or read.</span>";
        break;
      case Verdict::kNothingJudged:
        out_ +=
            "Nothing was judged<span>There was no Kubernetes object to judge or no control in "
            "force. This says "
            "nothing about security.</span>";
        break;
    }
    out_ += "</div>\n";
  }

  void tiles() {
    out_ += "<ul class=\"tiles\" aria-label=\"Findings by severity\">";
    for (int i = static_cast<int>(Severity::kCritical); i >= 0; --i) {
      const auto severity = static_cast<Severity>(i);
      const std::uint64_t number = counts_.of(severity);
      out_.append("<li class=\"")
          .append(to_string(severity))
          .append(number == 0 ? " zero" : "")
          .append("\"><b>");
      out_.append(format_number(number))
          .append("</b><span>")
          .append(to_string(severity))
          .append("</span></li>");
    }
    out_ += "</ul>\n";
  }

  void fact(std::string_view name, std::string_view value) {
    out_.append("<div><dt>").append(name).append("</dt><dd>").append(value).append("</dd></div>");
  }

  void facts() {
    out_ += "<dl class=\"facts\">";
    fact("Resources judged", format_number(report_.summary.resources));
    fact("Files", format_number(report_.summary.files));
    fact("Controls in force", format_number(report_.summary.controls));
    if (counts_.of(Status::kPass) > 0)
      fact("Checks passed", format_number(counts_.of(Status::kPass)));
    fact("Not evaluated", format_number(counts_.of(Status::kNotEvaluated)));
    fact("Ignored", format_number(counts_.of(Status::kIgnored)));
    fact("Input errors", format_number(counts_.errors));
    fact("Time", format_duration(report_.summary.duration));
    out_ += "</dl>\n";
  }

  void fix_first() {
    const std::vector<ControlCount> all = fails_by_control(report_);
    if (all.size() < 3) return;
    section("first", "Fix first", "the worst, by how many resources fail it");
    out_ +=
        "<div class=\"card scroll\"><table><thead><tr><th scope=\"col\">Severity</th><th "
        "scope=\"col\">Control</th>"
        "<th scope=\"col\">What is wrong</th><th scope=\"col\" class=\"num\">Findings</th><th "
        "scope=\"col\" "
        "class=\"num\">Resources</th></tr></thead><tbody>\n";
    for (std::size_t i = 0; i < std::min(all.size(), kMaxFixFirst); ++i) {
      const ControlCount& control = all[i];
      out_ += "<tr><td>";
      pill(to_string(control.severity), to_string(control.severity));
      out_ += "</td><td>";
      control_link(*control.control);
      out_ += "</td><td>";
      text(control.control->title);
      out_.append("</td><td class=\"num\">").append(format_number(control.fails));
      out_.append("</td><td class=\"num\">")
          .append(format_number(control.resources))
          .append("</td></tr>\n");
    }
    out_ += "</tbody></table></div></section>\n";
  }

  // --- findings --------------------------------------------------------------------------------

  void findings() {
    section("findings", "Findings by resource", groups_.empty() ? "" : "worst first");
    if (groups_.empty()) {
      out_ += "<p class=\"card empty\">There is nothing to list.</p></section>\n";
      return;
    }
    filters();
    for (const ResourceGroup& group : groups_) {
      resource(group);
      if (!output_.checkpoint()) return;
    }
    out_ +=
        "<p id=\"none\" class=\"card empty\" data-off>No finding matches the "
        "filters.</p></section>\n";
  }

  void chip(std::string_view name, std::string_view value, std::string_view shown) {
    out_.append("<label class=\"chip ")
        .append(value == "fail" ? "error" : value)
        .append("\"><input type=\"checkbox\" name=\"");
    out_.append(name)
        .append("\" value=\"")
        .append(value)
        .append("\" checked><span>")
        .append(shown)
        .append("</span></label>");
  }

  // Shown by the script: without it they would do nothing.
  void filters() {
    std::set<std::string_view> namespaces;
    for (const ResourceGroup& group : groups_) namespaces.insert(group.resource->namespace_);
    out_ +=
        "<form id=\"filters\" class=\"filters\" hidden><input type=\"search\" name=\"q\" "
        "placeholder=\"Search ( / )\" "
        "aria-label=\"Search in findings\"><fieldset><legend>Severity</legend>";
    for (int i = static_cast<int>(Severity::kCritical); i >= 0; --i) {
      chip("severity", to_string(static_cast<Severity>(i)), to_string(static_cast<Severity>(i)));
    }
    out_ += "</fieldset><fieldset><legend>Status</legend>";
    for (const Status status : kStatuses) {
      if (counts_.of(status) > 0 && (status != Status::kPass || options_.show_passed)) {
        chip("status", model::to_string(status), label(status));
      }
    }
    out_ +=
        "</fieldset><select name=\"ns\" aria-label=\"Namespace\"><option value=\"*\">All "
        "namespaces</option>";
    for (const std::string_view name : namespaces) {
      out_ += "<option value=\"";
      text(name);
      out_ += "\">";
      text(name.empty() ? "(no namespace)" : name);
      out_ += "</option>";
    }
    out_ +=
        "</select><output aria-live=\"polite\"></output><button type=\"reset\">Reset</button>"
        "<button type=\"button\" id=\"fold\" data-open=\"0\">Fold all</button></form>\n";
  }

  void resource(const ResourceGroup& group) {
    const model::Resource& of = *group.resource;
    out_ += "<details class=\"card res\" open data-ns=\"";
    text(of.namespace_);
    out_ += "\"><summary><span class=\"kind\">";
    text(of.kind.empty() ? "object" : of.kind);
    out_ += "</span> <span class=\"name\">";
    if (!of.namespace_.empty()) {
      text(of.namespace_);
      out_ += "/";
    }
    text(of.name.empty() ? "(unnamed)" : of.name);
    out_ += "</span> <span class=\"counts\">";
    for (int i = static_cast<int>(Severity::kCritical); i >= 0; --i) {
      const auto severity = static_cast<Severity>(i);
      if (group.fails_by_severity[i] == 0) continue;
      pill(to_string(severity),
           format_number(group.fails_by_severity[i]) + " " + std::string(to_string(severity)));
    }
    out_ += "</span>";
    if (!of.file.empty()) {
      out_ += "<span class=\"file\">";
      text(place(of.file, of.line, 0));
      out_ += "</span>";
    }
    out_ +=
        "</summary>\n<table><thead><tr><th scope=\"col\">Severity</th><th "
        "scope=\"col\">Finding</th>"
        "<th scope=\"col\">Where</th><th scope=\"col\">Fix</th></tr></thead><tbody>\n";
    for (const Finding* finding : group.findings) row(of, *finding);
    out_ += "</tbody></table></details>\n";
  }

  void row(const model::Resource& of, const Finding& finding) {
    const model::Control& control = control_of(finding);
    out_.append("<tr data-s=\"").append(to_string(finding.severity)).append("\" data-t=\"");
    out_.append(model::to_string(finding.status)).append("\"");
    if (finding.status == Status::kIgnored) out_ += " class=\"ignored-row\"";
    out_ += "><td>";
    if (finding.status == Status::kFail) {
      pill(to_string(finding.severity), to_string(finding.severity));
    } else {
      pill(model::to_string(finding.status), label(finding.status));
      out_.append("<br><small class=\"dim\">")
          .append(to_string(finding.severity))
          .append("</small>");
    }
    out_ += "</td><td class=\"what\"><b>";
    text(control.title.empty() ? control.id : control.title);
    out_ += "</b>";
    control_link(control);
    paragraph(finding.message);
    if (finding.status == Status::kIgnored) paragraph("Ignored by " + finding.ignored_by);
    out_ += "</td><td class=\"where\">";
    where(of, finding);
    out_ += "</td><td class=\"fix\">";
    if (finding.status == Status::kFail || finding.status == Status::kIgnored)
      fix(finding, control);
    out_ += "</td></tr>\n";
  }

  void paragraph(std::string_view content) {
    if (content.empty()) return;
    out_ += "<p>";
    text(content);
    out_ += "</p>";
  }

  void where(const model::Resource& of, const Finding& finding) {
    if (!of.file.empty() && finding.location.line > 0) {
      path_code(place(of.file, finding.location.line, finding.location.column));
      out_ += "<br>";
    }
    if (finding.location.path.empty()) return;
    path_code(finding.location.path);
    if (finding.location.missing) out_ += " <i>not set</i>";
  }

  void fix(const Finding& finding, const model::Control& control) {
    out_ += "<p>";
    if (finding.fix.description.empty()) {
      const auto parts = paragraphs(control.fix_text);
      markup(parts.empty() ? std::string_view{} : parts.front());
    } else {
      text(finding.fix.description);
    }
    out_ += "</p>";
    if (finding.fix.operations.empty()) return;
    static constexpr std::array<std::string_view, 3> kWords = {"set ", "remove ", "append to "};
    out_ += "<ul>";
    for (const PatchOperation& operation : finding.fix.operations) {
      std::string line(kWords[static_cast<std::size_t>(operation.kind)]);
      line += operation.path;
      if (operation.kind != PatchOperation::Kind::kRemove) line += " = " + operation.value;
      out_ += "<li>";
      path_code(line);
      out_ += "</li>";
    }
    out_ += "</ul>";
  }

  // --- what is not known -----------------------------------------------------------------------

  void not_evaluated() {
    const std::vector<UnknownGroup> groups = unknowns(report_);
    if (groups.empty()) return;
    section("unknown", "Not evaluated",
            plural(counts_.of(Status::kNotEvaluated), "check") +
                " that nobody can answer for: not a pass");
    out_ +=
        "<div class=\"card scroll\"><table><thead><tr><th scope=\"col\">Control</th><th "
        "scope=\"col\">Reason</th>"
        "<th scope=\"col\">Resources</th></tr></thead><tbody>\n";
    for (const UnknownGroup& group : groups) {
      out_ += "<tr><td>";
      control_link(control_of(*group.first));
      out_ += "</td><td>";
      text(group.first->message.empty() ? "no reason was given" : group.first->message);
      out_ += "</td><td>";
      const std::size_t listed = std::min(group.findings.size(), kMaxShownResources);
      for (std::size_t i = 0; i < listed; ++i) {
        if (i > 0) out_ += "<br>";
        text(resource_title(resource_of(*group.findings[i])));
      }
      if (group.findings.size() > listed)
        out_ += "<br>and " + format_number(group.findings.size() - listed) + " more";
      out_ += "</td></tr>\n";
      if (!output_.checkpoint()) return;
    }
    out_ += "</tbody></table></div></section>\n";
  }

  void diagnostics() {
    static constexpr std::array<std::string_view, 3> kLevels = {"note", "warning", "error"};
    if (report_.diagnostics.empty() && report_.dropped_diagnostics == 0) return;
    section("input", "Problems of the input", "what could not be read was not judged");
    out_ +=
        "<div class=\"card scroll\"><table><thead><tr><th scope=\"col\">Level</th><th "
        "scope=\"col\">Where</th>"
        "<th scope=\"col\">Problem</th></tr></thead><tbody>\n";
    for (const Diagnostic& diagnostic : report_.diagnostics) {
      const std::string_view level = kLevels[static_cast<std::size_t>(diagnostic.level)];
      out_ += "<tr><td>";
      pill(level, level);
      out_ += "</td><td>";
      if (!diagnostic.file.empty())
        code(place(diagnostic.file, diagnostic.line, diagnostic.column));
      out_ += "</td><td>";
      text(diagnostic.message);
      if (!diagnostic.hint.empty()) {
        out_ += "<br><span class=\"dim\">";
        text(diagnostic.hint);
        out_ += "</span>";
      }
      out_ += "</td></tr>\n";
      if (!output_.checkpoint()) return;
    }
    out_ += "</tbody></table></div>";
    if (report_.dropped_diagnostics > 0) {
      out_ += "<p>and " + format_number(report_.dropped_diagnostics) +
              " more that were only counted.</p>";
    }
    out_ += "</section>\n";
  }

  // --- reference -------------------------------------------------------------------------------

  void controls() {
    if (controls_.empty()) return;
    section("controls", "Controls",
            plural(controls_.size(), "control") + ": why they matter and how to meet them");
    for (std::size_t i = 0; i < controls_.size(); ++i) {
      control_card(*controls_[i], i);
      output_.checkpoint();
    }
    out_ += "</section>\n";
  }

  void control_card(const model::Control& control, std::size_t number) {
    out_ += "<details class=\"card ctlcard\" id=\"c" + std::to_string(number) + "\"><summary>";
    pill(to_string(control.severity), to_string(control.severity));
    out_ += " <strong>";
    text(control.title.empty() ? control.id : control.title);
    out_ += "</strong> ";
    code(control.id);
    out_ += "</summary><div>";
    prose("Why it matters", control.rationale);
    prose("How to mend it", control.fix_text);
    words("Compliance", control.tags);
    words("Also known as", control.aliases);
    references(control.references);
    out_ += "</div></details>\n";
  }

  void prose(std::string_view title, std::string_view content) {
    const auto parts = paragraphs(content);
    if (parts.empty()) return;
    out_.append("<h3>").append(title).append("</h3>");
    for (const std::string_view part : parts) {
      out_ += "<p>";
      markup(part);
      out_ += "</p>";
    }
  }

  void words(std::string_view title, const std::vector<std::string>& list) {
    if (list.empty()) return;
    out_.append("<h3>").append(title).append("</h3><p>");
    for (const std::string& word : list) {
      code(word);
      out_ += ' ';
    }
    out_ += "</p>";
  }

  void references(const std::vector<std::string>& urls) {
    if (urls.empty()) return;
    out_ += "<h3>References</h3><ul>";
    for (const std::string& url : urls) {
      out_ += "<li>";
      if (is_web_url(url)) {
        out_.append("<a rel=\"noopener noreferrer\" href=\"")
            .append(html(url))
            .append("\">")
            .append(html(url))
            .append("</a>");
      } else {
        text(url);
      }
      out_ += "</li>";
    }
    out_ += "</ul>";
  }

  void foot() {
    out_.append(
        "</main>\n<footer>Made by Yagura. This file loads nothing from "
        "anywhere.</footer>\n</div>\n<script>");
    out_.append(kScript).append("</script>\n</body>\n</html>\n");
  }

  const Report& report_;
  const WriteOptions& options_;
  Output& output_;
  std::string& out_;
  Counts counts_;
  Verdict verdict_;
  std::vector<const model::Control*> controls_;
  std::unordered_map<std::string_view, std::size_t> anchors_;
  std::vector<ResourceGroup> groups_;
};

}  // namespace

void write_html(const Report& report, const WriteOptions& options, Output& output) {
  HtmlReport(report, options, output).write();
}

}  // namespace yagura::report
