#include "rules/load/item_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "rules/language/suggest.hpp"

namespace yagura::rules {

FilePlace ItemReader::place_of_key(std::string_view key) const {
  const kube::Member* member = node_->find_member(key);
  return member == nullptr ? place() : place_of(source_, member->key_begin);
}

std::string ItemReader::text_of(const kube::Node& scalar) const {
  if (scalar.is_string()) return std::string(scalar.as_string());
  return std::string(source_->text().substr(scalar.begin(), scalar.end() - scalar.begin()));
}

std::optional<std::string> ItemReader::scalar(std::string_view key, const kube::Node& value) {
  if (value.is_list() || value.is_map()) {
    error(value, fmt::format("\"{}\" is no text", key));
    return std::nullopt;
  }
  std::string text = value.is_null() ? std::string() : text_of(value);
  if (text.empty()) {
    error(place_of_key(key), fmt::format("\"{}\" is empty", key));
    return std::nullopt;
  }
  return text;
}

std::optional<std::string> ItemReader::required_text(std::string_view key) {
  const kube::Node* value = find(key);
  if (value != nullptr) return scalar(key, *value);
  error(place(), fmt::format("\"{}\" is missing", key),
        fmt::format("add \"{}: …\" to this item", key));
  return std::nullopt;
}

std::optional<std::string> ItemReader::optional_text(std::string_view key) {
  const kube::Node* value = find(key);
  return value == nullptr ? std::nullopt : scalar(key, *value);
}

std::optional<bool> ItemReader::optional_bool(std::string_view key) {
  const kube::Node* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_bool()) return value->as_bool();
  if (value->string_or() == "true") return true;
  if (value->string_or() == "false") return false;
  error(*value, fmt::format("\"{}\" is neither true nor false", key));
  return std::nullopt;
}

std::optional<std::vector<TextItem>> ItemReader::text_list(std::string_view key) {
  const kube::Node* value = find(key);
  if (value == nullptr) {
    error(place(), fmt::format("\"{}\" is missing", key), "an empty list is written []");
    return std::nullopt;
  }
  return text_list(*value, key);
}

std::optional<std::vector<TextItem>> ItemReader::text_list(const kube::Node& list,
                                                           std::string_view what) {
  if (!list.is_list()) {
    error(list, fmt::format("\"{}\" is no list", what), "write [a, b] or lines that begin with -");
    return std::nullopt;
  }
  std::vector<TextItem> items;
  items.reserve(list.items().size());
  for (const kube::Node& item : list.items()) {
    if (item.is_list() || item.is_map()) {
      error(item, fmt::format("an item of \"{}\" is no text", what));
      return std::nullopt;
    }
    items.push_back({.text = text_of(item), .place = place(item)});
  }
  return items;
}

std::shared_ptr<ConditionText> ItemReader::condition(std::string_view key) {
  const std::optional<std::string> text = required_text(key);
  if (!text) return nullptr;
  const kube::Node& node = *find(key);
  auto condition = std::make_shared<ConditionText>();
  condition->append(*text, source_, node.begin(), node.end());
  return condition;
}

void ItemReader::check_keys(std::span<const std::string_view> known, std::string_view what) {
  for (const kube::Member& member : node_->members()) {
    if (std::ranges::find(known, member.key) != known.end()) continue;
    warning(place_of(source_, member.key_begin),
            fmt::format("unknown key \"{}\" in a {}: ignored", member.key, what),
            did_you_mean(member.key, {known.begin(), known.end()}));
  }
}

void ItemReader::error(const FilePlace& place, std::string message, std::string hint) {
  ok_ = false;
  diagnostics_->error(place.file, place.line, place.column, std::move(message), std::move(hint));
}

void ItemReader::warning(const FilePlace& place, std::string message, std::string hint) {
  diagnostics_->warning(place.file, place.line, place.column, std::move(message), std::move(hint));
}

}  // namespace yagura::rules
