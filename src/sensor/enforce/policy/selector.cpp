#include "sensor/enforce/policy/selector.hpp"

#include <algorithm>

namespace yagura::sensor::enforce {
namespace {

bool matches_name(std::string_view pattern, std::string_view name) {
  if (pattern.ends_with('*')) return name.starts_with(pattern.substr(0, pattern.size() - 1));
  return pattern == name;
}

const std::string* find_label(const Labels& labels, std::string_view key) {
  const auto found = std::ranges::find(
      labels, key, [](const auto& label) { return std::string_view(label.first); });
  return found == labels.end() ? nullptr : &found->second;
}

bool holds(const LabelRequirement& requirement, const Labels& labels) {
  const std::string* value = find_label(labels, requirement.key);
  const auto is_listed = [&] {
    return value != nullptr &&
           std::ranges::find(requirement.values, *value) != requirement.values.end();
  };
  switch (requirement.op) {
    case LabelRequirement::Operator::kIn:
      return is_listed();
    case LabelRequirement::Operator::kNotIn:
      return !is_listed();
    case LabelRequirement::Operator::kExists:
      return value != nullptr;
    case LabelRequirement::Operator::kDoesNotExist:
      return value == nullptr;
  }
  return false;
}

bool matches_any(const std::vector<std::string>& patterns, std::string_view name) {
  return std::ranges::any_of(
      patterns, [&](const std::string& pattern) { return matches_name(pattern, name); });
}

// Of a pod that may be known in part: an empty namespace or workload is one that is not known yet.
Selection select_known(const Selector& selector, const Pod& pod, bool is_complete) {
  const Selection missing = is_complete ? Selection::kNo : Selection::kUnknown;
  Selection result = Selection::kYes;
  if (!selector.namespaces.empty()) {
    if (pod.name_space.empty()) {
      result = missing;
    } else if (!matches_any(selector.namespaces, pod.name_space)) {
      return Selection::kNo;
    }
  }
  if (!selector.workload_name.empty() || !selector.workload_kind.empty()) {
    if (pod.workload_name.empty()) {
      result = missing;
    } else if ((!selector.workload_kind.empty() && selector.workload_kind != pod.workload_kind) ||
               (!selector.workload_name.empty() &&
                !matches_name(selector.workload_name, pod.workload_name))) {
      return Selection::kNo;
    }
  }
  if (!selector.pod_labels.empty()) {
    if (pod.labels.empty() && !is_complete) return Selection::kUnknown;
    const bool all = std::ranges::all_of(
        selector.pod_labels,
        [&](const LabelRequirement& requirement) { return holds(requirement, pod.labels); });
    if (!all) return Selection::kNo;
  }
  return result;
}

}  // namespace

Selection Selector::select(const Container& container) const {
  if (!host_cgroups.empty()) return Selection::kNo;
  const bool is_complete =
      container.metadata == Metadata::kComplete || container.metadata == Metadata::kMissing;
  if (!containers.empty()) {
    if (container.is_sandbox) return Selection::kNo;
    if (container.name.empty()) return is_complete ? Selection::kNo : Selection::kUnknown;
    if (!matches_any(containers, container.name)) return Selection::kNo;
  }
  static const Pod kNothing;
  return select_known(*this, container.pod == nullptr ? kNothing : *container.pod, is_complete);
}

Selection Selector::select_pod(const Pod& pod) const {
  if (!host_cgroups.empty()) return Selection::kNo;
  const Selection result = select_known(*this, pod, false);
  return result == Selection::kYes && !containers.empty() ? Selection::kUnknown : result;
}

}  // namespace yagura::sensor::enforce
