#include "policy/vap/label_selector.hpp"

#include <algorithm>
#include <optional>

namespace yagura::policy {

namespace {

constexpr std::string_view kNamespaceName = "kubernetes.io/metadata.name";

// `value`: nothing where the label is not there.
bool holds(const LabelSelector::Requirement& requirement, std::optional<std::string_view> value) {
  const auto is_listed = [&] {
    return std::find(requirement.values.begin(), requirement.values.end(), *value) !=
           requirement.values.end();
  };
  switch (requirement.op) {
    case LabelSelector::Operator::kIn:
      return value && is_listed();
    case LabelSelector::Operator::kNotIn:
      return !value || !is_listed();
    case LabelSelector::Operator::kExists:
      return value.has_value();
    case LabelSelector::Operator::kDoesNotExist:
      return !value.has_value();
  }
  return false;
}

std::optional<std::string_view> find_label(const kube::Node* labels, std::string_view key) {
  const kube::Node* value = labels == nullptr ? nullptr : labels->find(key);
  if (value == nullptr) return std::nullopt;
  return value->string_or();
}

}  // namespace

bool LabelSelector::matches(const kube::Node* labels) const {
  return std::all_of(requirements_.begin(), requirements_.end(),
                     [&](const Requirement& requirement) {
                       return holds(requirement, find_label(labels, requirement.key));
                     });
}

SelectorMatch LabelSelector::matches_namespace(std::string_view name,
                                               const kube::Node* namespace_object) const {
  SelectorMatch result = SelectorMatch::kYes;
  const kube::Node* labels = labels_of(namespace_object);
  for (const Requirement& requirement : requirements_) {
    const bool is_name = requirement.key == kNamespaceName;
    if (!is_name && namespace_object == nullptr) {
      result = SelectorMatch::kUnknown;
      continue;
    }
    const auto value = is_name ? std::optional(name) : find_label(labels, requirement.key);
    if (!holds(requirement, value)) return SelectorMatch::kNo;
  }
  return result;
}

const kube::Node* labels_of(const kube::Node* object) {
  return object == nullptr ? nullptr : object->get({"metadata", "labels"});
}

}  // namespace yagura::policy
