// A tree of processes as `tree` draws it, and lists below it. Everything that a process chose goes
// through append_visible(): no byte of it reaches the terminal as a command.

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>

#include "core/visible_text.hpp"
#include "rules/output/timestamp.hpp"
#include "sensor/incident/incident.hpp"
#include "sensor/incident/mitre.hpp"

namespace yagura::sensor {

namespace {

using core::visible;

constexpr std::size_t kMaxCommandLine = 160;  // bytes shown of one
constexpr std::size_t kMaxDepth = 64;
constexpr std::size_t kMaxLines = 200;  // of one list

class Painter {
 public:
  explicit Painter(Colours colours) : is_on_(colours == Colours::kAnsi) {}
  [[nodiscard]] std::string bold(std::string_view text) const { return paint("1", text); }
  [[nodiscard]] std::string dim(std::string_view text) const { return paint("2", text); }
  [[nodiscard]] std::string red(std::string_view text) const { return paint("1;31", text); }
  [[nodiscard]] std::string cyan(std::string_view text) const { return paint("36", text); }

 private:
  [[nodiscard]] std::string paint(std::string_view code, std::string_view text) const {
    if (!is_on_) return std::string(text);
    return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
  }
  bool is_on_;
};

std::string time_of_day(std::int64_t wall_ns) {
  std::string text;
  rules::append_time(text, wall_ns, rules::TimeFormat::kTime);
  return text.substr(0, 12);  // milliseconds
}

std::string short_command(const IncidentProcess& process) {
  std::string text = process.command_line;
  if (text.empty()) text = process.exe_path.empty() ? process.name : process.exe_path;
  std::string shown = visible(text.substr(0, kMaxCommandLine));
  if (text.size() > kMaxCommandLine) shown += "…";
  return shown;
}

class Tree {
 public:
  Tree(const Incident& incident, const Painter& painter)
      : incident_(&incident), painter_(&painter) {
    std::map<std::uint32_t, std::size_t> by_pid;
    for (std::size_t i = 0; i < incident.processes.size(); ++i) {
      by_pid[incident.processes[i].pid] = i;
    }
    for (std::size_t i = 0; i < incident.processes.size(); ++i) {
      const IncidentProcess& process = incident.processes[i];
      const auto parent = by_pid.find(process.parent_pid);
      // Documents may hold anything: parents stand before children, or the process is a root.
      if (parent != by_pid.end() && parent->second < i) {
        children_[parent->second].push_back(i);
      } else {
        roots_.push_back(i);
      }
    }
  }

  void append(std::string& out) const {
    for (const std::size_t root : roots_) append(out, root, "", "", 0);
  }

 private:
  void append(std::string& out, std::size_t at, const std::string& first, const std::string& next,
              std::size_t depth) const {
    const IncidentProcess& process = incident_->processes[at];
    out += painter_->dim(first);
    const std::string command = short_command(process);
    out += process.is_subject ? painter_->red("▶ " + command) : command;
    std::string facts = fmt::format("  [{}", process.pid);
    if (!process.user.empty()) facts += " " + visible(process.user);
    if (process.started_ns != 0) facts += " " + time_of_day(process.started_ns);
    if (process.has_exited) facts += " exited";
    out += painter_->dim(facts + "]") + "\n";
    const auto found = children_.find(at);
    if (found == children_.end()) return;
    if (depth == kMaxDepth) {
      out += next + "…\n";
      return;
    }
    for (std::size_t i = 0; i < found->second.size(); ++i) {
      const bool is_last = i + 1 == found->second.size();
      append(out, found->second[i], next + (is_last ? "└─ " : "├─ "),
             next + (is_last ? "   " : "│  "), depth + 1);
    }
  }

  const Incident* incident_;
  const Painter* painter_;
  std::map<std::size_t, std::vector<std::size_t>> children_;
  std::vector<std::size_t> roots_;
};

void append_line(std::string& out, const Painter& painter, std::string_view key,
                 std::string_view value) {
  if (value.empty()) return;
  out += painter.dim(fmt::format("{:<11}", key)) + visible(value) + "\n";
}

void append_heading(std::string& out, const Incident& incident, const Painter& painter) {
  out +=
      painter.red(visible(incident.priority)) + "  " + painter.bold(visible(incident.rule)) + "\n";
  append_line(out, painter, "event", incident.id);
  std::string time;
  rules::append_time(time, incident.wall_ns, rules::TimeFormat::kRfc3339);
  append_line(out, painter, "time", time);
  append_line(out, painter, "node", incident.host);
  append_line(out, painter, "output", incident.output);
  std::string techniques;
  for (const std::string& tag : incident.tags) {
    const auto technique = readable_technique(tag);
    if (!technique) continue;
    techniques += (techniques.empty() ? "" : ", ") + *technique;
  }
  append_line(out, painter, "ATT&CK", techniques);
  for (const auto& [name, value] : incident.fields) {
    append_line(out, painter, name.size() > 10 ? name + " " : name, value);
  }
}

void append_container(std::string& out, const Incident& incident, const Painter& painter) {
  if (incident.container == nullptr) {
    append_line(out, painter, "container", "none: a process of the host");
    return;
  }
  const Container& container = *incident.container;
  if (container.pod != nullptr) {
    const Pod& pod = *container.pod;
    append_line(out, painter, "pod", pod.name_space + "/" + pod.name);
    if (!pod.workload_name.empty()) {
      append_line(out, painter, "workload", pod.workload_kind + " " + pod.workload_name);
    }
    append_line(out, painter, "account", pod.service_account);
  }
  std::string text = std::string(container.short_id()) + " " + container.name;
  if (container.is_privileged) text += " (privileged)";
  append_line(out, painter, "container", text);
  append_line(out, painter, "image", container.image);
}

std::string error_text(std::int64_t result) {
  if (result >= 0 || result < -4095) return {};
  return fmt::format(" ({})", std::strerror(static_cast<int>(-result)));
}

void append_notes(std::string& out, const Incident& incident, const Painter& painter,
                  std::string_view title, std::initializer_list<NoteKind> kinds) {
  std::vector<const Note*> notes;
  for (const Note& note : incident.notes) {
    if (std::find(kinds.begin(), kinds.end(), note.kind) != kinds.end()) notes.push_back(&note);
  }
  if (notes.empty()) return;
  std::map<std::uint32_t, std::string> names;
  for (const IncidentProcess& process : incident.processes) names[process.pid] = process.name;
  out += "\n" + painter.bold(title) + "\n";
  const std::size_t left_out = notes.size() > kMaxLines ? notes.size() - kMaxLines : 0;
  if (left_out > 0) out += painter.dim(fmt::format("  … {} earlier\n", left_out));
  for (std::size_t i = left_out; i < notes.size(); ++i) {
    const Note& note = *notes[i];
    const std::string who = fmt::format("{}[{}]", visible(names[note.pid]), note.pid);
    out += "  " + painter.dim(time_of_day(note.first_ns)) + " " + painter.cyan(who) + " " +
           std::string(note.call.empty() ? to_string(note.kind) : visible(note.call)) + " " +
           visible(note.subject);
    if (!note.detail.empty()) out += " -> " + visible(note.detail);
    if (note.kind != NoteKind::kExit) out += error_text(note.result);
    if (note.count > 1) out += painter.dim(fmt::format(" ×{}", note.count));
    out += "\n";
  }
}

void append_earlier(std::string& out, const Incident& incident, const Painter& painter) {
  if (incident.earlier.empty()) return;
  out += "\n" + painter.bold("Earlier alerts here") + "\n";
  for (const EarlierAlert& alert : incident.earlier) {
    out += "  " + painter.dim(time_of_day(alert.wall_ns)) + " " + visible(alert.priority) + " " +
           visible(alert.rule) + painter.dim("  " + visible(alert.id)) + "\n";
  }
}

}  // namespace

std::string to_text(const Incident& incident, Colours colours) {
  const Painter painter(colours);
  std::string out;
  append_heading(out, incident, painter);
  append_container(out, incident, painter);
  out += "\n" + painter.bold("Processes") + "\n";
  Tree(incident, painter).append(out);
  if (incident.is_process_list_cut) out += painter.dim("… and more\n");
  append_notes(out, incident, painter, "Files",
               {NoteKind::kWrite, NoteKind::kDelete, NoteKind::kRename, NoteKind::kPermission});
  append_notes(out, incident, painter, "Connections",
               {NoteKind::kConnect, NoteKind::kAccept, NoteKind::kListen, NoteKind::kSend});
  append_notes(out, incident, painter, "Names asked for", {NoteKind::kDns});
  append_notes(out, incident, painter, "Privileges and the kernel",
               {NoteKind::kPrivilege, NoteKind::kKernel, NoteKind::kVerdict});
  append_earlier(out, incident, painter);
  return out;
}

}  // namespace yagura::sensor
