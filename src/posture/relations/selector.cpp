#include "posture/relations/selector.hpp"

#include <algorithm>
#include <optional>

namespace yagura::posture::relations {

namespace {

std::string_view text_of(const kube::Node& map, std::string_view key) {
  const kube::Node* node = map.find(key);
  return node == nullptr ? std::string_view() : node->string_or();
}

}  // namespace

Selector Selector::of_map(const kube::Node* node) {
  Selector selector;
  if (node == nullptr || !node->is_map() || node->members().empty()) {
    selector.nothing_ = true;
    return selector;
  }
  for (const kube::Member& member : node->members()) {
    selector.equal_.emplace_back(member.key, member.value.string_or());
  }
  std::ranges::sort(selector.equal_);
  return selector;
}

Selector Selector::of_label_selector(const kube::Node* node) {
  Selector selector;
  if (node == nullptr || !node->is_map()) {
    selector.nothing_ = true;
    return selector;
  }
  if (const kube::Node* labels = node->find("matchLabels"); labels != nullptr && labels->is_map()) {
    for (const kube::Member& member : labels->members()) {
      selector.equal_.emplace_back(member.key, member.value.string_or());
    }
    std::ranges::sort(selector.equal_);
  }
  for (const kube::Node& expression : node->list("matchExpressions")) {
    selector.add_expression(expression);
  }
  return selector;
}

void Selector::add_expression(const kube::Node& node) {
  Expression expression;
  expression.key = text_of(node, "key");
  for (const kube::Node& value : node.list("values"))
    expression.values.push_back(value.string_or());
  const std::string_view op = text_of(node, "operator");
  if (op == "In") {
    if (expression.values.size() == 1) {
      equal_.emplace_back(expression.key, expression.values.front());
      return;
    }
    expression.op = Operator::kIn;
  } else if (op == "NotIn") {
    expression.op = Operator::kNotIn;
  } else if (op == "Exists") {
    expression.op = Operator::kExists;
  } else if (op == "DoesNotExist") {
    expression.op = Operator::kNotExists;
  } else {
    nothing_ = true;  // the API server refuses it
  }
  expressions_.push_back(std::move(expression));
}

bool Selector::holds(const Expression& expression, const std::string_view* value) {
  const auto listed = [&] {
    return std::ranges::find(expression.values, *value) != expression.values.end();
  };
  switch (expression.op) {
    case Operator::kIn:
      return value != nullptr && listed();
    case Operator::kNotIn:
      return value == nullptr || !listed();
    case Operator::kExists:
      return value != nullptr;
    case Operator::kNotExists:
      return value == nullptr;
  }
  return false;
}

template <typename Lookup>
bool Selector::matches_by(const Lookup& look_up) const {
  if (nothing_) return false;
  for (const auto& [key, wanted] : equal_) {
    const std::optional<std::string_view> value = look_up(key);
    if (!value || *value != wanted) return false;
  }
  return std::ranges::all_of(expressions_, [&](const Expression& expression) {
    const std::optional<std::string_view> value = look_up(expression.key);
    return holds(expression, value ? &*value : nullptr);
  });
}

bool Selector::matches(const kube::Node* labels) const {
  return matches_by([&](std::string_view key) -> std::optional<std::string_view> {
    const kube::Node* value = labels == nullptr ? nullptr : labels->find(key);
    if (value == nullptr) return std::nullopt;
    return value->string_or();
  });
}

bool Selector::matches_namespace(std::string_view name, const kube::Node* labels) const {
  return matches_by([&](std::string_view key) -> std::optional<std::string_view> {
    if (key == "kubernetes.io/metadata.name") return name;
    const kube::Node* value = labels == nullptr ? nullptr : labels->find(key);
    if (value == nullptr) return std::nullopt;
    return value->string_or();
  });
}

std::string Selector::cache_key() const {
  std::string key;
  // With lengths: labels of a hostile object may hold any separator.
  const auto add = [&](std::string_view text) {
    key.append(std::to_string(text.size())).append(":").append(text);
  };
  for (const auto& [name, value] : equal_) {
    add(name);
    add(value);
  }
  for (const Expression& expression : expressions_) {
    key += static_cast<char>('a' + static_cast<int>(expression.op));
    add(expression.key);
    for (const std::string_view value : expression.values) add(value);
  }
  return key;
}

std::string Selector::text() const {
  std::string text;
  const auto separate = [&] {
    if (!text.empty()) text += ", ";
  };
  for (const auto& [key, value] : equal_) {
    separate();
    text.append(key).append("=").append(value);
  }
  for (const Expression& expression : expressions_) {
    separate();
    if (expression.op == Operator::kNotExists) text += '!';
    text += expression.key;
    if (expression.op != Operator::kIn && expression.op != Operator::kNotIn) continue;
    text += expression.op == Operator::kIn ? " in (" : " notin (";
    for (std::size_t i = 0; i < expression.values.size(); ++i) {
      if (i > 0) text += ", ";
      text += expression.values[i];
    }
    text += ')';
  }
  return text;
}

}  // namespace yagura::posture::relations
