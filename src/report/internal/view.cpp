#include "report/internal/view.hpp"

#include <algorithm>
#include <unordered_map>

namespace yagura::report {

namespace {

using model::Finding;
using model::Status;

std::size_t index(Status status) { return static_cast<std::size_t>(status); }
std::size_t index(model::Severity severity) { return static_cast<std::size_t>(severity); }

// Fails before what is unknown before what is excused before what is right.
int rank(Status status) {
  switch (status) {
    case Status::kFail:
      return 0;
    case Status::kNotEvaluated:
      return 1;
    case Status::kIgnored:
      return 2;
    case Status::kPass:
      return 3;
  }
  return 4;
}

// Ties are kept in the order of the input, where the findings stand in one array.
bool is_worse(const Finding* a, const Finding* b) {
  if (a->status != b->status) return rank(a->status) < rank(b->status);
  if (a->severity != b->severity) return a->severity > b->severity;
  const int by_id = control_of(*a).id.compare(control_of(*b).id);
  return by_id != 0 ? by_id < 0 : a < b;
}

bool is_worse_group(const ResourceGroup& a, const ResourceGroup& b) {
  for (std::size_t i = std::size(a.fails_by_severity); i-- > 0;) {
    if (a.fails_by_severity[i] != b.fails_by_severity[i]) {
      return a.fails_by_severity[i] > b.fails_by_severity[i];
    }
  }
  return a.position < b.position;
}

bool is_worse_control(const ControlCount& a, const ControlCount& b) {
  if (a.severity != b.severity) return a.severity > b.severity;
  if (a.resources != b.resources) return a.resources > b.resources;
  if (a.fails != b.fails) return a.fails > b.fails;
  return a.control->id < b.control->id;
}

bool same_unknown(const Finding* a, const Finding* b) {
  return control_of(*a).id == control_of(*b).id && a->message == b->message;
}

bool is_unknown_before(const Finding* a, const Finding* b) {
  const int by_id = control_of(*a).id.compare(control_of(*b).id);
  if (by_id != 0) return by_id < 0;
  const int by_message = a->message.compare(b->message);
  return by_message != 0 ? by_message < 0 : a < b;
}

}  // namespace

const model::Control& control_of(const Finding& finding) {
  static const model::Control kNone = [] {
    model::Control control;
    control.id = "unknown-control";
    return control;
  }();
  return finding.control ? *finding.control : kNone;
}

const model::Resource& resource_of(const Finding& finding) {
  static const model::Resource kNone{};
  return finding.resource ? *finding.resource : kNone;
}

std::string resource_title(const model::Resource& resource) {
  std::string text = resource.kind.empty() ? "object" : resource.kind;
  text += ' ';
  if (!resource.namespace_.empty()) text.append(resource.namespace_).append("/");
  return text + (resource.name.empty() ? "(unnamed)" : resource.name);
}

std::vector<const model::Control*> all_controls(const Report& report) {
  std::unordered_map<std::string_view, const model::Control*> by_id;
  for (const auto& control : report.controls) {
    if (control) by_id.try_emplace(control->id, control.get());
  }
  const model::Control* last = nullptr;
  for (const Finding& finding : report.findings) {
    const model::Control& control = control_of(finding);
    if (&control != last) by_id.try_emplace(control.id, &control);
    last = &control;
  }
  std::vector<const model::Control*> controls;
  controls.reserve(by_id.size());
  for (const auto& [id, control] : by_id) controls.push_back(control);
  std::ranges::sort(controls, {}, &model::Control::id);
  return controls;
}

std::uint64_t ResourceGroup::fails() const {
  std::uint64_t sum = 0;
  for (const std::uint64_t count : fails_by_severity) sum += count;
  return sum;
}

std::vector<ResourceGroup> group_by_resource(const Report& report, const KeepStatus& keep) {
  std::vector<ResourceGroup> groups;
  std::unordered_map<const model::Resource*, std::size_t> group_of;
  for (const Finding& finding : report.findings) {
    if (!keep.by_status[index(finding.status)]) continue;
    const model::Resource* resource = &resource_of(finding);
    const auto [at, is_new] = group_of.try_emplace(resource, groups.size());
    if (is_new) groups.push_back({.resource = resource, .position = groups.size(), .findings = {}});
    ResourceGroup& group = groups[at->second];
    group.findings.push_back(&finding);
    if (finding.status == Status::kFail) ++group.fails_by_severity[index(finding.severity)];
  }
  for (ResourceGroup& group : groups) std::ranges::sort(group.findings, is_worse);
  std::ranges::sort(groups, is_worse_group);
  return groups;
}

std::vector<ControlCount> fails_by_control(const Report& report) {
  struct Counting {
    ControlCount count;
    const model::Resource* last = nullptr;
  };
  std::unordered_map<std::string_view, Counting> by_id;
  for (const Finding& finding : report.findings) {
    if (finding.status != Status::kFail) continue;
    Counting& counting = by_id[control_of(finding).id];
    counting.count.control = &control_of(finding);
    counting.count.severity = std::max(counting.count.severity, finding.severity);
    ++counting.count.fails;
    if (counting.last != &resource_of(finding)) ++counting.count.resources;
    counting.last = &resource_of(finding);
  }
  std::vector<ControlCount> counts;
  counts.reserve(by_id.size());
  for (const auto& [id, counting] : by_id) counts.push_back(counting.count);
  std::ranges::sort(counts, is_worse_control);
  return counts;
}

std::vector<UnknownGroup> unknowns(const Report& report) {
  std::vector<const Finding*> sorted;
  for (const Finding& finding : report.findings) {
    if (finding.status == Status::kNotEvaluated) sorted.push_back(&finding);
  }
  std::ranges::sort(sorted, is_unknown_before);
  std::vector<UnknownGroup> groups;
  for (const Finding* finding : sorted) {
    if (groups.empty() || !same_unknown(groups.back().first, finding)) {
      groups.push_back({.first = finding, .findings = {}});
    }
    groups.back().findings.push_back(finding);
  }
  return groups;
}

}  // namespace yagura::report
