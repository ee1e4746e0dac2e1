#include "kube/yaml/tag.hpp"

#include <algorithm>
#include <utility>

namespace yagura::kube::yaml {

namespace {

constexpr std::size_t kMaxHandles = 64;
constexpr std::string_view kStandardPrefix = "tag:yaml.org,2002:";

bool is_handle(std::string_view handle) {
  if (handle.empty() || handle.front() != '!' || handle.back() != '!') return false;
  if (handle.size() <= 2) return true;
  return std::ranges::all_of(handle.substr(1, handle.size() - 2), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_';
  });
}

// The characters of URIs (YAML 1.2.2, 5.6 ns-uri-char).
bool is_uri(std::string_view text) {
  return text.find_first_not_of(
             "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
             "-_%#;/?:@&=+$,.!~*'()[]") == std::string_view::npos;
}

Tag standard_tag(std::string_view name) {
  static constexpr std::pair<std::string_view, Tag> kTags[] = {
      {"str", Tag::kString},          {"int", Tag::kInt},        {"float", Tag::kFloat},
      {"bool", Tag::kBool},           {"null", Tag::kNull},      {"binary", Tag::kBinary},
      {"timestamp", Tag::kTimestamp}, {"merge", Tag::kMerge},    {"map", Tag::kCollection},
      {"seq", Tag::kCollection},      {"set", Tag::kCollection}, {"omap", Tag::kCollection},
      {"pairs", Tag::kCollection},
  };
  for (const auto& [known, tag] : kTags) {
    if (known == name) return tag;
  }
  return Tag::kString;
}

Tag full_tag(std::string_view prefix, std::string_view suffix) {
  const std::string tag = std::string(prefix) + std::string(suffix);
  if (!tag.starts_with(kStandardPrefix)) return Tag::kString;
  return standard_tag(std::string_view(tag).substr(kStandardPrefix.size()));
}

}  // namespace

bool TagTable::declare(std::string_view handle, std::string_view prefix) {
  if (!is_handle(handle) || prefix.empty() || handles_.size() >= kMaxHandles) return false;
  if (std::ranges::any_of(handles_, [&](const Handle& known) { return known.name == handle; }))
    return false;
  handles_.push_back({.name = handle, .prefix = prefix});
  return true;
}

std::optional<std::string_view> TagTable::prefix_of(std::string_view handle) const {
  for (const Handle& known : handles_) {
    if (known.name == handle) return known.prefix;
  }
  if (handle == "!!") return kStandardPrefix;
  if (handle == "!") return "!";
  return std::nullopt;
}

std::optional<Tag> TagTable::resolve(std::string_view written) const {
  if (written == "!") return Tag::kString;
  if (written.starts_with("!<")) {
    if (written.back() != '>' || written.size() < 4) return std::nullopt;
    if (!is_uri(written.substr(2, written.size() - 3))) return std::nullopt;
    return full_tag(written.substr(2, written.size() - 3), {});
  }
  const std::size_t second = written.find('!', 1);
  const std::string_view handle =
      written.substr(0, second == std::string_view::npos ? 1 : second + 1);
  const std::optional<std::string_view> prefix = prefix_of(handle);
  const std::string_view suffix = written.substr(handle.size());
  if (!prefix || suffix.empty() || !is_uri(suffix)) return std::nullopt;
  return full_tag(*prefix, suffix);
}

}  // namespace yagura::kube::yaml
