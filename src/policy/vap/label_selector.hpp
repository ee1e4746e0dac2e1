#pragma once

// metav1.LabelSelector: matchLabels and matchExpressions, all of which must hold.

#include <cstdint>
#include <string_view>
#include <vector>

#include "kube/node.hpp"

namespace yagura::policy {

// What a selector says of labels that are only partly known.
enum class SelectorMatch : std::uint8_t { kNo, kYes, kUnknown };

class LabelSelector {
 public:
  enum class Operator : std::uint8_t { kIn, kNotIn, kExists, kDoesNotExist };
  struct Requirement {
    std::string_view key;
    Operator op = Operator::kExists;
    std::vector<std::string_view> values;
  };

  void add(Requirement requirement) { requirements_.push_back(std::move(requirement)); }
  // Selects everything.
  [[nodiscard]] bool empty() const { return requirements_.empty(); }
  [[nodiscard]] const std::vector<Requirement>& requirements() const { return requirements_; }

  // `labels`: a map of strings, or null for none.
  [[nodiscard]] bool matches(const kube::Node* labels) const;
  // Of a namespace's labels, where `namespace_object` is null if nobody knows it: then only the
  // label that every namespace has, kubernetes.io/metadata.name, is known.
  [[nodiscard]] SelectorMatch matches_namespace(std::string_view name,
                                                const kube::Node* namespace_object) const;

 private:
  std::vector<Requirement> requirements_;
};

// metadata.labels of an object; null where there are none.
[[nodiscard]] const kube::Node* labels_of(const kube::Node* object);

}  // namespace yagura::policy
