#include "kube/node_path.hpp"

#include <algorithm>
#include <charconv>

namespace yagura::kube {

namespace {

bool is_identifier(std::string_view key) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  if (key.empty() || !letter(key.front())) return false;
  return std::ranges::all_of(
      key, [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '-'; });
}

void append_quoted(std::string& out, std::string_view key) {
  out += "[\"";
  for (const char c : key) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += "\"]";
}

bool find_below(const Node& at, const Node* wanted, NodePath& path) {
  if (&at == wanted) return true;
  if (at.is_list()) {
    const std::span<const Node> items = at.items();
    for (std::uint32_t i = 0; i < items.size(); ++i) {
      path.push_back(PathStep::item(i));
      if (find_below(items[i], wanted, path)) return true;
      path.pop_back();
    }
  } else if (at.is_map()) {
    for (const Member& member : at.members()) {
      path.push_back(PathStep::member(member.key));
      if (find_below(member.value, wanted, path)) return true;
      path.pop_back();
    }
  }
  return false;
}

std::optional<std::uint32_t> parse_index(std::string_view digits) {
  if (digits.empty() || (digits.size() > 1 && digits.front() == '0')) return std::nullopt;
  std::uint32_t index = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return index;
}

const Node* item_at(const Node& list, std::string_view digits) {
  const std::optional<std::uint32_t> index = parse_index(digits);
  if (!list.is_list() || !index || *index >= list.items().size()) return nullptr;
  return &list.items()[*index];
}

// ~1 is a slash and ~0 a tilde. Nothing: a tilde stands for something else.
std::optional<std::string> unescape_token(std::string_view token) {
  std::string key;
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] != '~') {
      key += token[i];
    } else if (++i < token.size() && (token[i] == '0' || token[i] == '1')) {
      key += token[i] == '0' ? '~' : '/';
    } else {
      return std::nullopt;
    }
  }
  return key;
}

const Node* step_by_token(const Node& at, std::string_view token) {
  if (at.is_list()) return item_at(at, token);
  const std::optional<std::string> key = unescape_token(token);
  return key ? at.find(*key) : nullptr;
}

// `["key"]` at the front of `rest`, which moves behind it.
const Node* step_by_quoted_key(const Node& at, std::string_view& rest) {
  std::string key;
  std::size_t i = 2;
  for (; i < rest.size() && rest[i] != '"'; ++i) {
    if (rest[i] == '\\' && ++i == rest.size()) return nullptr;
    key += rest[i];
  }
  if (rest.substr(std::min(i, rest.size())).substr(0, 2) != "\"]") return nullptr;
  rest.remove_prefix(i + 2);
  return at.find(key);
}

const Node* step_by_bracket(const Node& at, std::string_view& rest) {
  if (rest.substr(0, 2) == "[\"") return step_by_quoted_key(at, rest);
  const std::size_t close = rest.find(']');
  if (close == std::string_view::npos) return nullptr;
  const std::string_view digits = rest.substr(1, close - 1);
  rest.remove_prefix(close + 1);
  return item_at(at, digits);
}

const Node* step_by_name(const Node& at, std::string_view& rest) {
  const std::size_t size = std::min(rest.find_first_of(".["), rest.size());
  if (size == 0) return nullptr;
  const std::string_view key = rest.substr(0, size);
  rest.remove_prefix(size);
  return at.find(key);
}

}  // namespace

std::optional<NodePath> find_path(const Node& root, const Node& node) {
  NodePath path;
  if (!find_below(root, &node, path)) return std::nullopt;
  return path;
}

void append_field_path(std::string& path, const PathStep& step) {
  if (step.is_index) {
    path += '[';
    path += std::to_string(step.index);
    path += ']';
  } else if (is_identifier(step.key)) {
    if (!path.empty()) path += '.';
    path += step.key;
  } else {
    append_quoted(path, step.key);
  }
}

std::string to_field_path(const NodePath& path) {
  std::string out;
  for (const PathStep& step : path) append_field_path(out, step);
  return out;
}

std::string to_json_pointer(const NodePath& path) {
  std::string out;
  for (const PathStep& step : path) {
    out += '/';
    if (step.is_index) out += std::to_string(step.index);
    for (const char c : step.key) {
      if (c == '~') {
        out += "~0";
      } else if (c == '/') {
        out += "~1";
      } else {
        out += c;
      }
    }
  }
  return out;
}

std::string path_to(const Node& root, const Node& node) {
  const std::optional<NodePath> path = find_path(root, node);
  return path ? to_field_path(*path) : std::string();
}

const Node* resolve_pointer(const Node& root, std::string_view pointer) {
  const Node* at = &root;
  while (at != nullptr && !pointer.empty()) {
    if (pointer.front() != '/') return nullptr;
    pointer.remove_prefix(1);
    const std::size_t size = std::min(pointer.find('/'), pointer.size());
    at = step_by_token(*at, pointer.substr(0, size));
    pointer.remove_prefix(size);
  }
  return at;
}

const Node* resolve_field_path(const Node& root, std::string_view path) {
  const Node* at = &root;
  bool first = true;
  while (at != nullptr && !path.empty()) {
    if (path.front() == '[') {
      at = step_by_bracket(*at, path);
    } else {
      if (!first && path.front() != '.') return nullptr;
      if (!first) path.remove_prefix(1);
      at = step_by_name(*at, path);
    }
    first = false;
  }
  return at;
}

}  // namespace yagura::kube
