#include "posture/exceptions.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "kube/node.hpp"
#include "posture/glob.hpp"

namespace yagura::posture {

namespace {

constexpr std::string_view kIgnoreAnnotation = "yagura.dev/ignore";

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : ", ") + text;
  return all;
}

std::string unknown_id_hint(const ControlIndex& controls, std::string_view id) {
  const std::vector<std::string> similar = controls.similar(id);
  return similar.empty() ? "`yagura policy list` shows every control"
                         : "did you mean " + joined(similar) + "?";
}

// The ids of our controls that the written ids mean. Unknown ones are reported. nullopt: all ("*").
std::optional<std::unordered_set<std::string>> resolve(const std::vector<std::string>& ids,
                                                       const ControlIndex& controls,
                                                       const std::string& file, std::uint32_t line,
                                                       Diagnostics& diagnostics) {
  std::unordered_set<std::string> resolved;
  for (const std::string& id : ids) {
    if (id == "*") return std::nullopt;
    const std::vector<ControlPtr> found = controls.find(id);
    if (found.empty()) {
      diagnostics.warning(file, line, 0, "\"" + id + "\" is no control",
                          unknown_id_hint(controls, id));
    }
    for (const ControlPtr& control : found) resolved.insert(control->id);
  }
  return resolved;
}

bool field_matches(const std::string& pattern, std::string_view text) {
  return pattern.empty() || glob_match(pattern, text);
}

bool matches(const Exception& exception, const model::Finding& finding) {
  const model::Resource& resource = *finding.resource;
  return field_matches(exception.kind, resource.kind) &&
         field_matches(exception.namespace_, resource.namespace_) &&
         field_matches(exception.name, resource.name) &&
         field_matches(exception.subject, finding.subject) &&
         field_matches(exception.file, resource.file);
}

std::string date_text(std::chrono::sys_days day) {
  const std::chrono::year_month_day date{day};
  const auto two = [](unsigned number) {
    return (number < 10 ? "0" : "") + std::to_string(number);
  };
  return std::to_string(static_cast<int>(date.year())) + "-" +
         two(static_cast<unsigned>(date.month())) + "-" + two(static_cast<unsigned>(date.day()));
}

std::string describe(const Exception& exception, const std::string& file) {
  std::string text = exception.reason + " (owner " + exception.owner;
  if (exception.expires) text += ", until " + date_text(*exception.expires);
  return text + ", " + file + ":" + std::to_string(exception.line) + ")";
}

// One ignore rule of a document, whichever way it was written.
struct DocumentIgnore {
  std::optional<std::unordered_set<std::string>> control_ids;  // nullopt: all
  std::string file;              // the comment speaks of this one alone
  std::uint32_t first_line = 0;  // 0: the whole document
  std::uint32_t last_line = 0;
  std::string described;

  [[nodiscard]] bool covers(const model::Finding& finding) const {
    if (control_ids && !control_ids->contains(finding.control->id)) return false;
    if (first_line == 0) return true;
    if (!finding.location.file.empty() && finding.location.file != file) return false;
    return finding.location.line >= first_line && finding.location.line <= last_line;
  }
};

// The last line of what begins on `line`: the widest member or item that starts there.
void widen(const kube::Document& document, const kube::Node& node, std::uint32_t begin_offset,
           std::uint32_t line, std::uint32_t& last_line) {
  const auto consider = [&](std::uint32_t begin, const kube::Node& value) {
    const std::uint32_t first = document.place_of(begin).position.line;
    if (first > line) return false;
    const std::uint32_t end_offset = value.end() > begin ? value.end() - 1 : begin;
    const std::uint32_t last = document.place_of(end_offset).position.line;
    if (first == line) last_line = std::max(last_line, last);
    return last >= line;  // only then can something below begin on the line
  };
  if (!consider(begin_offset, node) || node.is_aliased()) return;
  if (node.is_map()) {
    for (const kube::Member& member : node.members()) {
      if (!member.value.is_aliased())
        widen(document, member.value, member.key_begin, line, last_line);
    }
  } else if (node.is_list()) {
    for (const kube::Node& item : node.items()) {
      if (!item.is_aliased()) widen(document, item, item.begin(), line, last_line);
    }
  }
}

DocumentIgnore from_comment(const kube::Document& document, const kube::IgnoreComment& comment,
                            const ControlIndex& controls, Diagnostics& diagnostics) {
  const kube::Place place = document.place_of(comment.offset);
  const std::string file(place.file);
  const std::uint32_t line = place.position.line;
  DocumentIgnore ignore;
  ignore.file = file;
  ignore.control_ids = resolve(comment.ids, controls, file, line, diagnostics);
  ignore.described = (comment.reason.empty() ? std::string("no reason given") : comment.reason) +
                     " (" + file + ":" + std::to_string(line) + ")";
  if (comment.applies_to_line != 0) {
    ignore.first_line = ignore.last_line = comment.applies_to_line;
    widen(document, document.root(), document.root().begin(), comment.applies_to_line,
          ignore.last_line);
  }
  return ignore;
}

std::vector<std::string> split_ids(std::string_view text) {
  std::vector<std::string> ids;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    if (comma > 0) ids.emplace_back(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return ids;
}

// "ID[,ID…] reason", one a line.
void from_annotation(const kube::Document& document, const ControlIndex& controls,
                     Diagnostics& diagnostics, std::vector<DocumentIgnore>& ignores) {
  const kube::Node* annotation =
      document.root().get({"metadata", "annotations", kIgnoreAnnotation});
  if (annotation == nullptr || !annotation->is_string()) return;
  const kube::Place place = document.position_of(*annotation);
  const std::string file(place.file);
  const std::uint32_t line = place.position.line;
  std::string_view text = annotation->as_string();
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view entry = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t blank = std::min(entry.find(' '), entry.size());
    if (blank == 0) continue;
    const std::string_view reason = entry.substr(std::min(blank + 1, entry.size()));
    ignores.push_back(
        {.control_ids =
             resolve(split_ids(entry.substr(0, blank)), controls, file, line, diagnostics),
         .file = file,
         .first_line = 0,
         .last_line = 0,
         .described = (reason.empty() ? std::string("no reason given") : std::string(reason)) +
                      " (annotation " + std::string(kIgnoreAnnotation) + ", " + file + ":" +
                      std::to_string(line) + ")"});
  }
}

}  // namespace

ExceptionSet::ExceptionSet(const Config& config, const ControlIndex& controls,
                           std::chrono::sys_days today, Diagnostics& diagnostics) {
  for (const Exception& exception : config.exceptions) {
    if (exception.expires && *exception.expires < today) {
      diagnostics.warning(config.file, exception.line, 0,
                          "the exception for " + joined(exception.controls) + " expired on " +
                              date_text(*exception.expires) + ": its findings count again",
                          "mend them, or let " + exception.owner + " renew it");
      continue;
    }
    auto resolved = resolve(exception.controls, controls, config.file, exception.line, diagnostics);
    if (resolved && resolved->empty()) continue;  // reported: it must not become "all"
    entries_.push_back(
        {.exception = exception,
         .control_ids = resolved ? std::move(*resolved) : std::unordered_set<std::string>{},
         .described = describe(exception, config.file)});
  }
}

void ExceptionSet::apply(std::span<model::Finding> findings) const {
  if (entries_.empty()) return;
  for (model::Finding& finding : findings) {
    if (finding.status != model::Status::kFail) continue;
    const auto covers = [&](const Entry& entry) {
      return (entry.control_ids.empty() || entry.control_ids.contains(finding.control->id)) &&
             matches(entry.exception, finding);
    };
    const auto entry = std::ranges::find_if(entries_, covers);
    if (entry == entries_.end()) continue;
    finding.status = model::Status::kIgnored;
    finding.ignored_by = entry->described;
  }
}

void apply_document_ignores(const kube::Document& document, const ControlIndex& controls,
                            std::span<model::Finding> findings, Diagnostics& diagnostics) {
  std::vector<DocumentIgnore> ignores;
  for (const kube::IgnoreComment& comment : document.ignores()) {
    ignores.push_back(from_comment(document, comment, controls, diagnostics));
  }
  from_annotation(document, controls, diagnostics, ignores);
  if (ignores.empty()) return;
  for (model::Finding& finding : findings) {
    if (finding.status != model::Status::kFail) continue;
    const auto ignore =
        std::ranges::find_if(ignores, [&](const DocumentIgnore& i) { return i.covers(finding); });
    if (ignore == ignores.end()) continue;
    finding.status = model::Status::kIgnored;
    finding.ignored_by = ignore->described;
  }
}

}  // namespace yagura::posture
