#pragma once

// Label selectors of objects (metav1.LabelSelector, and the plain maps of Services and
// ReplicationControllers). Internal to relations.

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kube/node.hpp"

namespace yagura::posture::relations {

class Selector {
 public:
  // {matchLabels, matchExpressions}; null or a node that is no map: selects nothing. An empty map
  // selects everything.
  [[nodiscard]] static Selector of_label_selector(const kube::Node* node);
  // {app: web}; null or empty: selects nothing, as for a Service.
  [[nodiscard]] static Selector of_map(const kube::Node* node);

  [[nodiscard]] bool selects_nothing() const { return nothing_; }
  [[nodiscard]] bool selects_everything() const {
    return !nothing_ && equal_.empty() && expressions_.empty();
  }
  // `labels` may be null: no labels.
  [[nodiscard]] bool matches(const kube::Node* labels) const;
  // The labels of a namespace: those of its object (may be null) and the one with its name, which
  // every namespace has.
  [[nodiscard]] bool matches_namespace(std::string_view name, const kube::Node* labels) const;

  using Pair = std::pair<std::string_view, std::string_view>;
  // What must be equal, so that an index can be asked.
  [[nodiscard]] std::span<const Pair> equalities() const { return equal_; }
  // For messages: "app=web, tier in (a, b)".
  [[nodiscard]] std::string text() const;
  // Equal for selectors that are written the same, different for all others: for caches.
  [[nodiscard]] std::string cache_key() const;

 private:
  enum class Operator : std::uint8_t { kIn, kNotIn, kExists, kNotExists };
  struct Expression {
    std::string_view key;
    Operator op = Operator::kExists;
    std::vector<std::string_view> values;
  };
  void add_expression(const kube::Node& node);
  template <typename Lookup>
  [[nodiscard]] bool matches_by(const Lookup& look_up) const;
  // `value`: the label's, or null data where there is no such label.
  [[nodiscard]] static bool holds(const Expression& expression, const std::string_view* value);

  std::vector<Pair> equal_;
  std::vector<Expression> expressions_;
  bool nothing_ = false;
};

}  // namespace yagura::posture::relations
