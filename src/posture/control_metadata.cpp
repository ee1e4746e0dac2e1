#include "posture/control_metadata.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "model/severity.hpp"

namespace yagura::posture {

namespace {

constexpr std::string_view kPrefix = "yagura.dev/";
constexpr std::array<std::string_view, 10> kCategories = {
    "workload",   "image", "secrets",   "network",     "exposure",
    "governance", "rbac",  "resources", "reliability", "cve"};
constexpr std::array<std::string_view, 11> kAnnotations = {
    "title", "severity", "category", "rationale", "remedy", "references",
    "tags",  "aliases",  "default",  "params",    "fix"};
constexpr std::array<std::string_view, 5> kRequired = {"title", "severity", "category", "rationale",
                                                       "remedy"};
constexpr std::string_view kBlanks = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::vector<std::string> split(std::string_view text, std::string_view separators) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(separators), text.size());
    const std::string_view part = trimmed(text.substr(0, end));
    if (!part.empty()) parts.emplace_back(part);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

class Reader {
 public:
  Reader(const kube::Document& document, Diagnostics& diagnostics)
      : document_(document),
        diagnostics_(diagnostics),
        annotations_(document.root().get({"metadata", "annotations"})) {}

  model::Control read(std::string_view name) {
    model::Control control;
    control.id = name;
    control.title = text("title");
    if (control.title.empty()) control.title = name;
    read_severity(control);
    read_category(control);
    control.rationale = text("rationale");
    control.fix_text = text("remedy");
    control.references = split(text("references"), "\n");
    control.tags = split(text("tags"), kBlanks);
    control.aliases = split(text("aliases"), kBlanks);
    read_default(control);
    check_names();
    return control;
  }

  void require_all() {
    for (const std::string_view name : kRequired) {
      if (text(name).empty()) {
        report(document_.root(), "the annotation yagura.dev/" + std::string(name) + " is missing");
      }
    }
  }

 private:
  const kube::Node* find(std::string_view name) const {
    return annotations_ == nullptr ? nullptr
                                   : annotations_->find(std::string(kPrefix) + std::string(name));
  }

  std::string_view text(std::string_view name) const {
    const kube::Node* node = find(name);
    return node == nullptr ? std::string_view() : trimmed(node->string_or());
  }

  void report(const kube::Node& node, std::string message, std::string hint = {}) {
    const kube::Place place = document_.position_of(node);
    diagnostics_.error(std::string(place.file), place.position.line, place.position.column,
                       std::move(message), std::move(hint));
  }

  void read_severity(model::Control& control) {
    const kube::Node* node = find("severity");
    if (node == nullptr) return;
    if (const auto severity = model::severity_from_string(text("severity"))) {
      control.severity = *severity;
    } else {
      report(*node, "no such severity", "info, low, medium, high or critical");
    }
  }

  void read_category(model::Control& control) {
    control.category = "governance";
    const kube::Node* node = find("category");
    if (node == nullptr) return;
    if (std::ranges::find(kCategories, text("category")) != kCategories.end()) {
      control.category = text("category");
    } else {
      report(*node, "no such category",
             "workload, image, secrets, network, exposure, governance, rbac, resources, "
             "reliability or cve");
    }
  }

  void read_default(model::Control& control) {
    const kube::Node* node = find("default");
    if (node == nullptr) return;
    const std::string_view value = text("default");
    if (value == "true" || value == "false") {
      control.in_default_set = value == "true";
    } else {
      report(*node, "yagura.dev/default must be \"true\" or \"false\"",
             "annotations are strings: quote it");
    }
  }

  void check_names() {
    if (annotations_ == nullptr || !annotations_->is_map()) return;
    for (const kube::Member& member : annotations_->members()) {
      if (!member.key.starts_with(kPrefix)) continue;
      if (std::ranges::find(kAnnotations, member.key.substr(kPrefix.size())) ==
          kAnnotations.end()) {
        report(member.value, "unknown annotation " + std::string(member.key));
      } else if (!member.value.is_string()) {
        report(member.value, std::string(member.key) + " must be a string");
      }
    }
  }

  const kube::Document& document_;
  Diagnostics& diagnostics_;
  const kube::Node* annotations_;
};

}  // namespace

Result<model::Control> read_control(const kube::Document& document, Diagnostics& diagnostics) {
  const kube::Node* name = document.root().get({"metadata", "name"});
  if (name == nullptr || name->string_or().empty()) {
    const kube::Place place = document.position_of(document.root());
    return fail(ErrorCode::kInvalidInput, std::string(place.file) + ":" +
                                              std::to_string(place.position.line) +
                                              ": a check needs metadata.name");
  }
  Reader reader(document, diagnostics);
  const kube::Node* kind = document.root().find("kind");
  if (kind != nullptr && kind->string_or() == "Control") reader.require_all();
  return reader.read(name->as_string());
}

}  // namespace yagura::posture
