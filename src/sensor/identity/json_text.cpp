#include "sensor/identity/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "kube/reader.hpp"

namespace yagura::sensor {

Result<JsonText> JsonText::parse(std::string name, std::string text, const JsonLimits& limits) {
  JsonText json;
  json.source_ = std::make_shared<const kube::Source>(std::move(name), std::move(text),
                                                      kube::SourceFormat::kJson);
  Diagnostics diagnostics;
  const auto values = kube::read_json(
      *json.source_, diagnostics, {.max_depth = limits.max_depth, .max_nodes = limits.max_nodes});
  if (diagnostics.has_errors()) {
    return fail(ErrorCode::kInvalidInput, to_string(diagnostics.list().front()));
  }
  if (values.size() != 1) {
    return fail(ErrorCode::kInvalidInput, fmt::format("{}: {} JSON values where one is expected",
                                                      json.source_->name(), values.size()));
  }
  json.root_ = values.front();
  return json;
}

std::string_view text_at(const kube::Node& node, std::initializer_list<std::string_view> path) {
  const kube::Node* found = node.get(path);
  return found == nullptr ? std::string_view() : found->string_or();
}

bool truth_at(const kube::Node& node, std::initializer_list<std::string_view> path) {
  const kube::Node* found = node.get(path);
  return found != nullptr && found->bool_or(false);
}

Labels labels_of(const kube::Node* node) {
  Labels labels;
  if (node == nullptr || !node->is_map()) {
    return labels;
  }
  for (const kube::Member& member : node->members()) {
    if (member.value.is_string()) {
      labels.emplace_back(member.key, member.value.as_string());
    }
  }
  std::ranges::sort(labels);
  return labels;
}

std::string_view label_of(const Labels& labels, std::string_view key) {
  const auto found =
      std::ranges::lower_bound(labels, key, {}, &std::pair<std::string, std::string>::first);
  return found != labels.end() && found->first == key ? std::string_view(found->second)
                                                      : std::string_view();
}

std::string joined(const kube::Node* list, std::size_t first) {
  std::string text;
  if (list == nullptr || !list->is_list()) {
    return text;
  }
  for (std::size_t i = first; i < list->items().size(); ++i) {
    if (!text.empty()) {
      text += ' ';
    }
    text += list->items()[i].string_or();
  }
  return text;
}

}  // namespace yagura::sensor
