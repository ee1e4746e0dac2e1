#include "sensor/enforce/policy/section_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "rules/language/suggest.hpp"

namespace yagura::sensor::enforce {
namespace {

const kube::Node kNoNode;

}  // namespace

SectionReader::SectionReader(const kube::Document& document, Diagnostics& diagnostics,
                             const kube::Node& node, std::string path)
    : document_(&document), diagnostics_(&diagnostics), node_(&node), path_(std::move(path)) {
  if (!node.is_map() && !node.is_null()) error(node, fmt::format("\"{}\" is no map", path_));
}

void SectionReader::allow_only(std::initializer_list<std::string_view> fields) {
  if (!node_->is_map()) return;
  for (const kube::Member& member : node_->members()) {
    if (std::find(fields.begin(), fields.end(), member.key) != fields.end()) continue;
    const auto place = document_->place_of(member.key_begin);
    const std::vector<std::string_view> known(fields);
    diagnostics_->error(std::string(place.file), place.position.line, place.position.column,
                        fmt::format("\"{}\" has no field \"{}\"",
                                    path_.empty() ? "RuntimePolicy" : path_, member.key),
                        rules::did_you_mean(member.key, known,
                                            fmt::format("known are {}", fmt::join(known, ", "))));
  }
}

const kube::Node* SectionReader::find(std::string_view field) const {
  const kube::Node* found = node_->find(field);
  return found == nullptr || found->is_null() ? nullptr : found;
}

std::string SectionReader::spelling(const kube::Node& scalar) const {
  if (scalar.is_string()) return std::string(scalar.as_string());
  return std::string(
      document_->source().text().substr(scalar.begin(), scalar.end() - scalar.begin()));
}

std::string SectionReader::text(std::string_view field) {
  const kube::Node* value = find(field);
  if (value == nullptr) return {};
  if (value->is_string() && !value->as_string().empty()) return std::string(value->as_string());
  error(*value, fmt::format("\"{}\" is no text", path_of(field)));
  return {};
}

std::span<const kube::Node> SectionReader::list(std::string_view field) {
  const kube::Node* value = find(field);
  if (value == nullptr) return {};
  if (value->is_list()) return value->items();
  error(*value, fmt::format("\"{}\" is no list", path_of(field)),
        "write [a, b] or lines that begin with -");
  return {};
}

std::vector<std::string> SectionReader::texts(std::string_view field) {
  std::vector<std::string> result;
  for (const kube::Node& item : list(field)) {
    if (item.is_string() && !item.as_string().empty()) {
      result.emplace_back(item.as_string());
    } else {
      error(item, fmt::format("an item of \"{}\" is no text", path_of(field)));
    }
  }
  return result;
}

std::uint64_t SectionReader::number(std::string_view field, std::uint64_t lowest,
                                    std::uint64_t highest, std::uint64_t otherwise) {
  const kube::Node* value = find(field);
  if (value == nullptr) return otherwise;
  if (value->is_int() && value->as_int() >= 0) {
    const auto number = static_cast<std::uint64_t>(value->as_int());
    if (number >= lowest && number <= highest) return number;
  }
  error(*value, fmt::format("\"{}\" is no number from {} to {}", path_of(field), lowest, highest));
  return otherwise;
}

std::size_t SectionReader::word(std::string_view field,
                                std::initializer_list<std::string_view> words,
                                std::size_t otherwise) {
  const kube::Node* value = find(field);
  if (value == nullptr) return otherwise;
  const auto* found = std::find(words.begin(), words.end(), value->string_or());
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  error(*value, fmt::format("\"{}\" is none of: {}", path_of(field), fmt::join(words, ", ")));
  return otherwise;
}

std::vector<std::uint64_t> SectionReader::numbers(std::string_view field,
                                                  std::span<const NamedNumber> names,
                                                  std::string_view what, std::uint64_t highest) {
  std::vector<std::uint64_t> result;
  for (const kube::Node& item : list(field)) {
    if (item.is_int() && item.as_int() >= 0 &&
        static_cast<std::uint64_t>(item.as_int()) <= highest) {
      result.push_back(static_cast<std::uint64_t>(item.as_int()));
      continue;
    }
    const std::string name = spelling(item);
    if (const auto number = find_number(names, name)) {
      result.push_back(*number);
    } else {
      error(item, fmt::format("\"{}\" is no {}", name, what),
            rules::did_you_mean(name, names_of(names)));
    }
  }
  return result;
}

SectionReader SectionReader::child(std::string_view field) {
  const kube::Node* value = find(field);
  return {*document_, *diagnostics_, value == nullptr ? kNoNode : *value,
          path_.empty() ? std::string(field) : path_of(field)};
}

SectionReader SectionReader::item(std::string_view field, std::size_t index,
                                  const kube::Node& node) {
  return {*document_, *diagnostics_, node, fmt::format("{}[{}]", path_of(field), index)};
}

void SectionReader::error(const kube::Node& at, std::string message, std::string hint) {
  const auto place = document_->position_of(at);
  diagnostics_->error(std::string(place.file), place.position.line, place.position.column,
                      std::move(message), std::move(hint));
}

void SectionReader::error_at(std::string_view field, std::string message, std::string hint) {
  const kube::Node* value = find(field);
  error(value == nullptr ? *node_ : *value, std::move(message), std::move(hint));
}

}  // namespace yagura::sensor::enforce
