// A row is a small block with a bar at its left in the colour of its severity, so that the eye runs
// down the labels and stops where it wants to read. One control that several containers of a
// resource fail in the same way is one row that names them all. Everything is cut to the terminal's
// width by display columns, never by bytes.

#include "report/table.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <tuple>
#include <unordered_map>

#include "report/internal/view.hpp"
#include "report/text.hpp"
#include "report/width.hpp"

namespace yagura::report {

namespace {

using model::Finding;
using model::Severity;
using model::Status;

constexpr std::size_t kIndent = 12;            // columns before the text of a row
constexpr std::size_t kMaxShownPlaces = 6;     // further containers named in a collapsed row
constexpr std::size_t kMaxShownResources = 3;  // of a control that nobody could judge
constexpr std::size_t kMaxShownDiagnostics = 50;
constexpr std::size_t kMaxFixFirst = 3;

enum class Style : std::uint8_t {
  kPlain,
  kBold,
  kDim,
  kGood,
  kWarning,
  kBad,
  kPlace,
  kCritical,
  kHigh,
  kMedium,
  kLow,
  kInfo,
};

std::string_view sgr(Style style) {
  static constexpr std::array<std::string_view, 12> kCodes = {
      "",         "\x1b[1m",       "\x1b[2m",    "\x1b[32m", "\x1b[33m", "\x1b[31m",
      "\x1b[36m", "\x1b[1;97;41m", "\x1b[1;31m", "\x1b[33m", "\x1b[34m", "\x1b[2m"};
  return kCodes[static_cast<std::size_t>(style)];
}

Style style_of(Severity severity) {
  return static_cast<Style>(static_cast<int>(Style::kInfo) - static_cast<int>(severity));
}

// The bar takes the label's colour without its background.
Style bar_style(Style label) { return label == Style::kCritical ? Style::kHigh : label; }

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

// What was read may be of any length; a terminal is not the place for all of it.
std::string shown(std::string_view text) {
  constexpr std::size_t kLongest = 4096;
  if (text.size() <= kLongest) return visible(text);
  std::size_t end = kLongest;
  while (end > kLongest - 4 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return visible(text.substr(0, end)) + "… (" + format_number(text.size() - end) + " bytes more)";
}

std::string repeat(std::string_view text, std::size_t count) {
  std::string out;
  while (count-- > 0) out += text;
  return out;
}

// "a.yaml:3:7", as terminals and editors make links of it.
std::string place(std::string_view file, std::uint32_t line, std::uint32_t column) {
  std::string text = shown(file);
  if (line > 0) text += ":" + std::to_string(line);
  if (line > 0 && column > 0) text += ":" + std::to_string(column);
  return text;
}

std::string first_paragraph(std::string_view text) {
  const auto parts = paragraphs(text);
  return parts.empty() ? std::string() : shown(parts.front());
}

bool says_the_same(std::string_view title, std::string_view message) {
  while (!message.empty() && message.back() == '.') message.remove_suffix(1);
  while (!title.empty() && title.back() == '.') title.remove_suffix(1);
  return title == message;
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

// The message with the element's name and its list positions left out: equal for containers that
// fail in the same way.
std::string pattern_of(const Finding& finding) {
  constexpr std::size_t kLongestName =
      253;  // of Kubernetes; a longer one is only looked for in vain
  const std::string_view message = finding.message;
  const std::string_view name =
      finding.subject.size() <= kLongestName ? finding.subject : std::string_view{};
  std::string pattern;
  std::size_t at = 0;
  while (at < message.size()) {
    const bool starts_word = at == 0 || !is_word(message[at - 1]);
    const bool is_name =
        !name.empty() && starts_word && message.compare(at, name.size(), name) == 0 &&
        (at + name.size() == message.size() || !is_word(message[at + name.size()]));
    if (is_name) {
      pattern += '\0';
      at += name.size();
      continue;
    }
    pattern += message[at++];
    if (pattern.back() != '[') continue;
    while (at < message.size() && message[at] >= '0' && message[at] <= '9') ++at;
  }
  return pattern;
}

// Findings that are shown as one row, in their order.
struct Row {
  std::vector<const Finding*> findings;
  [[nodiscard]] const Finding& first() const { return *findings.front(); }
};

std::vector<Row> collapse(const std::vector<const Finding*>& findings) {
  std::vector<Row> rows;
  std::unordered_map<std::string, std::size_t> row_of;
  for (const Finding* finding : findings) {
    if (finding->subject.empty()) {
      rows.push_back({{finding}});
      continue;
    }
    std::string key = control_of(*finding).id + '\x01' +
                      static_cast<char>('0' + static_cast<int>(finding->status)) +
                      static_cast<char>('0' + static_cast<int>(finding->severity)) +
                      finding->ignored_by + '\x01' + pattern_of(*finding);
    const auto [at, is_new] = row_of.try_emplace(std::move(key), rows.size());
    if (is_new) rows.emplace_back();
    rows[at->second].findings.push_back(finding);
  }
  return rows;
}

class TableWriter {
 public:
  TableWriter(const Report& report, const WriteOptions& options, Output& output)
      : report_(report),
        options_(options),
        output_(output),
        counts_(count(report)),
        width_(std::clamp<std::size_t>(options.width, 40, 160)) {}

  void write() {
    resources();
    not_evaluated();
    diagnostics();
    summary();
  }

 private:
  struct Label {
    std::string text;
    Style style = Style::kPlain;
  };

  // --- lines -----------------------------------------------------------------------------------

  void put(std::string_view text, Style style = Style::kPlain) {
    const std::string_view code = options_.color ? sgr(style) : std::string_view{};
    if (text.empty()) return;
    output_.text() += code;
    output_.text() += text;
    if (!code.empty()) output_.text() += "\x1b[0m";
  }
  void blanks(std::size_t count) { output_.text().append(count, ' '); }
  void end_line() { output_.text() += '\n'; }

  // "Title ─────────── right", or on two lines where there is no room.
  void header(std::string_view title, std::string_view right, Style right_style) {
    const std::size_t taken = display_width(title) + display_width(right) + 2;
    if (taken + 3 > width_) {
      for (const std::string& line : wrap(title, width_)) text_line(0, line, Style::kBold);
      for (const std::string& line : wrap(right, width_ - 2)) text_line(2, line, right_style);
    } else {
      put(title, Style::kBold);
      blanks(1);
      put(repeat("─", width_ - taken), Style::kDim);
      text_line(right.empty() ? 0 : 1, right, right_style);
    }
    end_line();
  }

  void text_line(std::size_t indent, std::string_view text, Style style) {
    if (!text.empty()) {
      blanks(indent);
      put(text, style);
    }
    end_line();
  }

  // The first line of a row: label, headline, and what stands at the right end.
  void headline(const Label& label, std::string_view text, std::string_view right) {
    const std::size_t room = width_ - kIndent;
    const std::size_t right_width = display_width(right);
    const bool beside = right_width + 2 + std::min<std::size_t>(display_width(text), 28) <= room;
    const std::vector<std::string> lines = wrap(text, beside ? room - right_width - 2 : room);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (i == 0) {
        blanks(2);
        put(label.text, label.style);
        blanks(kIndent - 2 - std::min(display_width(label.text), kIndent - 3));
      } else {
        margin(label.style);
      }
      put(lines[i], Style::kBold);
      if (i == 0 && beside && !right.empty()) {
        blanks(room - display_width(lines[i]) - right_width);
        put(right, Style::kDim);
      }
      end_line();
    }
    if (!beside && !right.empty()) body(label.style, {}, right, Style::kDim);
  }

  // "  │ fix     " before the text of a row.
  void margin(Style label, std::string_view mark = "│", std::string_view word = {},
              Style word_style = Style::kDim) {
    blanks(2);
    put(mark, bar_style(label));
    blanks(1);
    put(word, word_style);
    blanks(kIndent - 4 - word.size());
  }

  void body(Style label, std::string_view word, std::string_view text,
            Style style = Style::kPlain) {
    bool first = true;
    for (const std::string& line : wrap(text, width_ - kIndent)) {
      margin(label, "│", first ? word : std::string_view{});
      put(line, style);
      end_line();
      first = false;
    }
  }

  // The last line of a row closes its bar.
  void last(Style label, std::string_view word, Style word_style, std::string_view text) {
    const std::vector<std::string> lines = wrap(text, width_ - kIndent);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const bool is_first = i == 0;
      const bool is_last = i + 1 == lines.size();
      margin(label, is_last ? "╰" : "│", is_first ? word : std::string_view{}, word_style);
      put(lines[i]);
      end_line();
    }
  }

  // --- what was found --------------------------------------------------------------------------

  void resources() {
    const KeepStatus keep{.by_status = {true, options_.show_passed, false, options_.show_ignored}};
    for (const ResourceGroup& group : group_by_resource(report_, keep)) {
      const model::Resource& resource = *group.resource;
      header(shown(resource_title(resource)), place(resource.file, resource.line, 0),
             Style::kPlace);
      for (const Row& row : collapse(group.findings)) finding_row(resource, row);
      if (!output_.checkpoint()) return;
    }
  }

  static Label label_of(const Finding& finding) {
    switch (finding.status) {
      case Status::kPass:
        return {.text = "PASS", .style = Style::kGood};
      case Status::kIgnored:
        return {.text = "IGNORED", .style = Style::kDim};
      case Status::kNotEvaluated:
        return {.text = "UNKNOWN", .style = Style::kWarning};
      case Status::kFail:
        break;
    }
    return {.text = upper(to_string(finding.severity)), .style = style_of(finding.severity)};
  }

  void finding_row(const model::Resource& resource, const Row& row) {
    const Finding& finding = row.first();
    const model::Control& control = control_of(finding);
    const Label label = label_of(finding);
    const std::string message = shown(finding.message);
    const std::string title = shown(control.title);
    const std::string& said = title.empty() ? message : title;
    headline(label, said.empty() ? shown(control.id) : said, shown(control.id));
    if (finding.status == Status::kPass) {
      end_line();
      return;
    }
    if (!title.empty() && !message.empty() && !says_the_same(title, message))
      body(label.style, {}, message);
    where(label.style, resource, finding);
    if (row.findings.size() > 1) body(label.style, "also", others(row), Style::kPlain);
    remedy(label.style, finding, control);
    end_line();
  }

  void where(Style label, const model::Resource& resource, const Finding& finding) {
    const model::Location& location = finding.location;
    const std::string at =
        resource.file.empty() ? "" : place(resource.file, location.line, location.column);
    std::string path = shown(location.path);
    if (location.missing && !path.empty()) path += " (not set)";
    const std::size_t room = width_ - kIndent;
    const std::size_t at_width = display_width(at);
    if (!at.empty() && !path.empty() && at_width + 2 + display_width(path) <= room) {
      margin(label);
      put(at, Style::kPlace);
      blanks(2);
      put(path, Style::kDim);
      end_line();
      return;
    }
    if (!at.empty()) body(label, {}, at, Style::kPlace);
    if (!path.empty()) body(label, {}, path, Style::kDim);
  }

  // "sidecar 45:11, init-db 60:11 and 3 more"
  static std::string others(const Row& row) {
    std::string text;
    const std::size_t listed = std::min(row.findings.size(), kMaxShownPlaces + 1);
    for (std::size_t i = 1; i < listed; ++i) {
      const Finding& finding = *row.findings[i];
      if (i > 1) text += ", ";
      text += shown(finding.subject);
      if (finding.location.line > 0) {
        text += " " + std::to_string(finding.location.line) + ":" +
                std::to_string(finding.location.column);
      }
    }
    if (row.findings.size() > listed)
      text += " and " + format_number(row.findings.size() - listed) + " more";
    return text;
  }

  void remedy(Style label, const Finding& finding, const model::Control& control) {
    if (finding.status == Status::kIgnored) {
      last(label, "by", Style::kDim,
           shown(finding.ignored_by.empty() ? "an exception" : finding.ignored_by));
      return;
    }
    const std::string fix = finding.fix.description.empty() ? first_paragraph(control.fix_text)
                                                            : shown(finding.fix.description);
    last(label, "fix", Style::kGood,
         fix.empty() ? "see yagura policy explain " + shown(control.id) : fix);
  }

  // --- what is not known -----------------------------------------------------------------------

  void not_evaluated() {
    const std::uint64_t total = counts_.of(Status::kNotEvaluated);
    if (total == 0) return;
    header("Not evaluated", plural(total, "check") + " that nobody" + " can answer for: not a pass",
           Style::kWarning);
    for (const UnknownGroup& group : unknowns(report_)) {
      const model::Control& control = control_of(*group.first);
      const Label label = label_of(*group.first);
      headline(label, control.title.empty() ? shown(control.id) : shown(control.title),
               shown(control.id));
      const std::string reason = shown(group.first->message);
      body(label.style, {}, reason.empty() ? "no reason was given" : reason);
      last(label.style, "in", Style::kDim, resource_list(group));
      end_line();
      if (!output_.checkpoint()) return;
    }
  }

  static std::string resource_list(const UnknownGroup& group) {
    std::string text;
    const std::size_t listed = std::min(group.findings.size(), kMaxShownResources);
    for (std::size_t i = 0; i < listed; ++i) {
      const model::Resource& resource = resource_of(*group.findings[i]);
      if (i > 0) text += ", ";
      text += shown(resource_title(resource));
      if (!resource.file.empty()) text += " (" + place(resource.file, resource.line, 0) + ")";
    }
    if (group.findings.size() > listed)
      text += " and " + format_number(group.findings.size() - listed) + " more";
    return text;
  }

  void diagnostics() {
    if (report_.diagnostics.empty() && report_.dropped_diagnostics == 0) return;
    const std::uint64_t total = report_.diagnostics.size() + report_.dropped_diagnostics;
    header("Problems of the input",
           plural(total, "problem") + ": what could not be read was not judged",
           counts_.errors > 0 ? Style::kBad : Style::kWarning);
    std::vector<const Diagnostic*> sorted;
    for (const Diagnostic& diagnostic : report_.diagnostics) sorted.push_back(&diagnostic);
    std::ranges::sort(sorted, [](const Diagnostic* a, const Diagnostic* b) {
      return a->level != b->level ? a->level > b->level : a < b;
    });
    const std::size_t listed = std::min(sorted.size(), kMaxShownDiagnostics);
    for (std::size_t i = 0; i < listed; ++i) diagnostic_row(*sorted[i]);
    if (total > listed) {
      blanks(kIndent);
      put("and " + format_number(total - listed) + " more", Style::kDim);
      end_line();
      end_line();
    }
  }

  void diagnostic_row(const Diagnostic& diagnostic) {
    static constexpr std::array<std::string_view, 3> kLabels = {"NOTE", "WARNING", "ERROR"};
    static constexpr std::array<Style, 3> kStyles = {Style::kDim, Style::kWarning, Style::kBad};
    const auto level = static_cast<std::size_t>(diagnostic.level);
    const Label label{.text = std::string(kLabels[level]), .style = kStyles[level]};
    headline(label, shown(diagnostic.message), {});
    const std::string at = place(diagnostic.file.empty() ? "(no file)" : diagnostic.file,
                                 diagnostic.line, diagnostic.column);
    if (diagnostic.hint.empty()) {
      last(label.style, "at", Style::kDim, at);
    } else {
      body(label.style, "at", at, Style::kPlace);
      last(label.style, "hint", Style::kGood, shown(diagnostic.hint));
    }
    end_line();
  }

  // --- the sum ---------------------------------------------------------------------------------

  void summary() {
    put(repeat("━", width_), Style::kDim);
    end_line();
    verdict();
    end_line();
    fix_first();
    const Summary& sum = report_.summary;
    std::string judged = plural(sum.resources, "resource") + " in " + plural(sum.files, "file");
    if (counts_.failed_resources > 0)
      judged += ", " + format_number(counts_.failed_resources) + " with findings";
    fact("Judged", judged, sum.resources == 0 ? Style::kWarning : Style::kPlain);
    fact("Controls",
         sum.controls == 0 ? "none in force" : format_number(sum.controls) + " in force",
         sum.controls == 0 ? Style::kWarning : Style::kPlain);
    if (counts_.of(Status::kPass) > 0) fact("Passed", plural(counts_.of(Status::kPass), "check"));
    if (counts_.of(Status::kNotEvaluated) > 0) {
      fact("Unknown", plural(counts_.of(Status::kNotEvaluated), "check") + " not evaluated",
           Style::kWarning);
    }
    if (counts_.of(Status::kIgnored) > 0) {
      fact("Ignored", plural(counts_.of(Status::kIgnored), "finding") + " covered by exceptions");
    }
    if (counts_.errors > 0)
      fact("Not read", plural(counts_.errors, "error") + " in the input", Style::kBad);
    fact("Time", format_duration(sum.duration));
  }

  void fact(std::string_view name, std::string_view text, Style style = Style::kPlain) {
    constexpr std::size_t kName = 12;
    bool first = true;
    for (const std::string& line : wrap(text, width_ - 2 - kName)) {
      blanks(2);
      put(first ? name : std::string_view{}, Style::kDim);
      blanks(kName - (first ? name.size() : 0));
      put(line, style);
      end_line();
      first = false;
    }
  }

  void statement(std::string_view mark, std::string_view text, Style style) {
    bool first = true;
    for (const std::string& line : wrap(text, width_ - 4)) {
      blanks(2);
      put(first ? mark : std::string_view(" "), style);
      blanks(1);
      put(line, style);
      end_line();
      first = false;
    }
  }

  void verdict() {
    switch (verdict_of(report_, counts_)) {
      case Verdict::kFail:
        severities();
        break;
      case Verdict::kPass:
        statement("✓", "No findings: every control in force holds for every resource judged.",
                  Style::kGood);
        break;
      case Verdict::kIncomplete:
        statement("?",
                  "No findings in what was judged, but not everything was: this is not a pass.",
                  Style::kWarning);
        break;
      case Verdict::kNothingJudged:
        statement(
            "!",
            report_.summary.resources == 0
                ? "Nothing was judged: no Kubernetes object was found. This says nothing about "
                  "security."
                : "Nothing was judged: no control was in force. This says nothing about security.",
            Style::kWarning);
        break;
    }
  }

  // "14 findings   2 critical   5 high   7 low"
  void severities() {
    const std::string total = plural(counts_.of(Status::kFail), "finding");
    blanks(2);
    put(total, Style::kBold);
    std::size_t used = 2 + display_width(total);
    for (int i = static_cast<int>(Severity::kCritical); i >= 0; --i) {
      const auto severity = static_cast<Severity>(i);
      if (counts_.of(severity) == 0) continue;
      std::string text =
          format_number(counts_.of(severity)) + " " + std::string(to_string(severity));
      // A coloured background wants air around its text.
      if (options_.color && severity == Severity::kCritical) text = " " + text + " ";
      if (used + 2 + text.size() > width_) {
        end_line();
        used = 0;
      }
      blanks(2);
      put(text, style_of(severity));
      used += 2 + text.size();
    }
    end_line();
  }

  // Where there is much to do: what to begin with.
  void fix_first() {
    if (counts_.of(Status::kFail) <= 2 * kMaxFixFirst) return;
    const std::vector<ControlCount> controls = fails_by_control(report_);
    for (std::size_t i = 0; i < std::min(controls.size(), kMaxFixFirst); ++i) {
      const ControlCount& control = controls[i];
      const std::string text =
          shown(control.control->id) + ": " + std::string(to_string(control.severity)) + ", " +
          plural(control.fails, "finding") + " in " + plural(control.resources, "resource");
      fact(i == 0 ? "Fix first" : "", text);
    }
    end_line();
  }

  const Report& report_;
  const WriteOptions& options_;
  Output& output_;
  Counts counts_;
  std::size_t width_;
};

}  // namespace

void write_table(const Report& report, const WriteOptions& options, Output& output) {
  TableWriter(report, options, output).write();
}

}  // namespace yagura::report
