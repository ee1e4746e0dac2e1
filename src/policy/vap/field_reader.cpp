#include "policy/vap/field_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace yagura::policy {

namespace {

std::string_view kind_name(kube::NodeKind kind) {
  switch (kind) {
    case kube::NodeKind::kNull:
      return "null";
    case kube::NodeKind::kBool:
      return "a boolean";
    case kube::NodeKind::kInt:
    case kube::NodeKind::kUint:
    case kube::NodeKind::kDouble:
      return "a number";
    case kube::NodeKind::kString:
      return "a string";
    case kube::NodeKind::kList:
      return "a list";
    case kube::NodeKind::kMap:
      return "an object";
  }
  return "";
}

// Edit distance up to 2, else 3: to suggest the field that was meant.
std::size_t distance(std::string_view a, std::string_view b) {
  if (a.size() > b.size() + 2 || b.size() > a.size() + 2) return 3;
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      diagonal = above;
    }
  }
  return std::min<std::size_t>(row[b.size()], 3);
}

}  // namespace

FieldReader::FieldReader(const kube::Document& document, Diagnostics& diagnostics,
                         const kube::Node* map, std::string path)
    : document_(document), diagnostics_(diagnostics), map_(map), path_(std::move(path)) {}

std::string FieldReader::path_of(std::string_view field) const {
  if (path_.empty()) return std::string(field);
  return fmt::format("{}.{}", path_, field);
}

void FieldReader::report(DiagnosticLevel level, const kube::Node* at, std::string message,
                         std::string hint) {
  const kube::Node& node = at != nullptr ? *at : document_.root();
  const kube::Place place = document_.position_of(node);
  diagnostics_.add({.level = level,
                    .file = std::string(place.file),
                    .line = place.position.line,
                    .column = place.position.column,
                    .message = std::move(message),
                    .hint = std::move(hint)});
}

void FieldReader::error(const kube::Node& at, std::string message, std::string hint) {
  report(DiagnosticLevel::kError, &at, std::move(message), std::move(hint));
}

void FieldReader::error_at(std::string_view field, std::string message, std::string hint) {
  const kube::Node* node = map_ == nullptr ? nullptr : map_->find(field);
  report(DiagnosticLevel::kError, node != nullptr ? node : map_,
         fmt::format("{}: {}", path_of(field), message), std::move(hint));
}

void FieldReader::warning_at(std::string_view field, std::string message, std::string hint) {
  const kube::Node* node = map_ == nullptr ? nullptr : map_->find(field);
  report(DiagnosticLevel::kWarning, node != nullptr ? node : map_,
         fmt::format("{}: {}", path_of(field), message), std::move(hint));
}

void FieldReader::missing(std::string_view field, std::string hint) {
  error_at(field, "is required", std::move(hint));
}

const kube::Node* FieldReader::find(std::string_view field) const {
  const kube::Node* node = map_ == nullptr ? nullptr : map_->find(field);
  return node == nullptr || node->is_null() ? nullptr : node;
}

const kube::Node* FieldReader::string(std::string_view field) {
  const kube::Node* node = find(field);
  if (node == nullptr || node->is_string()) return node;
  error_at(field, fmt::format("must be a string, not {}", kind_name(node->kind())),
           "put the value in quotes");
  return nullptr;
}

std::string_view FieldReader::text(std::string_view field) {
  const kube::Node* node = string(field);
  return node == nullptr ? std::string_view() : node->as_string();
}

const kube::Node* FieldReader::object(std::string_view field) {
  const kube::Node* node = find(field);
  if (node == nullptr || node->is_map()) return node;
  error_at(field, fmt::format("must be an object, not {}", kind_name(node->kind())));
  return nullptr;
}

std::span<const kube::Node> FieldReader::list(std::string_view field) {
  const kube::Node* node = find(field);
  if (node == nullptr) return {};
  if (node->is_list()) return node->items();
  error_at(field, fmt::format("must be a list, not {}", kind_name(node->kind())));
  return {};
}

std::vector<std::string_view> FieldReader::strings(std::string_view field) {
  std::vector<std::string_view> texts;
  std::size_t index = 0;
  for (const kube::Node& node : list(field)) {
    if (node.is_string()) {
      texts.push_back(node.as_string());
    } else {
      error(node, fmt::format("{}[{}]: must be a string, not {}", path_of(field), index,
                              kind_name(node.kind())));
    }
    ++index;
  }
  return texts;
}

void FieldReader::allow_only(std::initializer_list<std::string_view> fields) {
  if (map_ == nullptr || !map_->is_map()) return;
  for (const kube::Member& member : map_->members()) {
    if (std::find(fields.begin(), fields.end(), member.key) != fields.end()) continue;
    const auto meant = std::find_if(fields.begin(), fields.end(), [&](std::string_view field) {
      return distance(field, member.key) <= 2;
    });
    const kube::Place place = document_.place_of(member.key_begin);
    diagnostics_.add(
        {.level = DiagnosticLevel::kWarning,
         .file = std::string(place.file),
         .line = place.position.line,
         .column = place.position.column,
         .message = fmt::format("unknown field \"{}\"", path_of(member.key)),
         .hint = meant == fields.end() ? std::string() : fmt::format("did you mean {}?", *meant)});
  }
}

FieldReader FieldReader::item(std::string_view field, std::size_t index, const kube::Node& node) {
  FieldReader reader(document_, diagnostics_, &node, fmt::format("{}[{}]", path_of(field), index));
  if (!node.is_map()) {
    reader.error(
        node, fmt::format("{}: must be an object, not {}", reader.path_, kind_name(node.kind())));
  }
  return reader;
}

FieldReader FieldReader::child(std::string_view field) {
  return {document_, diagnostics_, object(field), path_of(field)};
}

}  // namespace yagura::policy
