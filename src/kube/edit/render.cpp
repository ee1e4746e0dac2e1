#include "kube/edit/render.hpp"

#include <algorithm>
#include <array>

#include "core/json_text.hpp"
#include "kube/node_json.hpp"

namespace yagura::kube::edit {

namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Words that some reader of YAML takes for something else than text.
bool is_reserved_word(std::string_view text) {
  static constexpr std::array<std::string_view, 9> kWords = {"true", "false", "yes", "no",  "on",
                                                             "off",  "y",     "n",   "null"};
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return std::ranges::find(kWords, lower) != kWords.end();
}

// Text that is the same text in every YAML reader without quotes. Rather too strict: paths, names
// and image references are plain, whatever could be a number, a date or a mark of YAML is not.
bool is_plain(std::string_view text) {
  if (text.empty()) return false;
  const char first = text.front();
  if (!is_letter(first) && first != '_' && first != '/') return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool inside = i + 1 < text.size();
    if (is_letter(c) || is_digit(c) ||
        std::string_view("_-./@+=").find(c) != std::string_view::npos) {
      continue;
    }
    if (c == ':' && inside && text[i + 1] != ' ') continue;
    if (c == ' ' && inside && text[i + 1] != '#' && text[i + 1] != ' ') continue;
    return false;
  }
  return !is_reserved_word(text);
}

bool has_only_printable_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c < '\x7f'; });
}

std::string single_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += '\'';
    out += c;
  }
  return out + "'";
}

std::string string_text(std::string_view text, Quotes quotes, bool in_flow) {
  // ':' in { } may end a key for some readers.
  const bool plain_allowed = !in_flow || text.find(':') == std::string_view::npos;
  if (quotes == Quotes::kAsNeeded && plain_allowed && is_plain(text)) return std::string(text);
  if (quotes == Quotes::kSingle && has_only_printable_ascii(text)) return single_quoted(text);
  std::string out;
  core::append_json_string(out, text);
  return out;
}

std::string indent_of(std::uint32_t column) { return std::string(column, ' '); }

class BlockRenderer {
 public:
  BlockRenderer(const Style& style, std::string_view newline) : style_(style), newline_(newline) {}

  void member(std::string_view key, const Node& value, Quotes key_quotes, std::uint32_t column) {
    out_ += key_text(key, key_quotes, false);
    out_ += ':';
    if (is_scalar(value) || is_empty_collection(value)) {
      out_ += ' ';
      out_ += scalar_text(value, Quotes::kAsNeeded, false);
    } else if (value.is_map()) {
      new_line(column + style_.step);
      members(value, column + style_.step);
    } else {
      new_line(column + style_.list_offset);
      items(value, column + style_.list_offset);
    }
  }

  void item(const Node& value, std::uint32_t column, Quotes quotes) {
    if (is_scalar(value) || is_empty_collection(value)) {
      out_ += scalar_text(value, quotes, false);
    } else if (value.is_map()) {
      members(value, column);
    } else {
      items(value, column);
    }
  }

  std::string take() { return std::move(out_); }

 private:
  void members(const Node& map, std::uint32_t column) {
    bool first = true;
    for (const Member& entry : map.members()) {
      if (!first) new_line(column);
      first = false;
      member(entry.key, entry.value, Quotes::kAsNeeded, column);
    }
  }

  void items(const Node& list, std::uint32_t column) {
    bool first = true;
    for (const Node& entry : list.items()) {
      if (!first) new_line(column);
      first = false;
      out_ += '-';
      out_ += indent_of(style_.dash_gap);
      item(entry, column + 1 + style_.dash_gap, Quotes::kAsNeeded);
    }
  }

  void new_line(std::uint32_t column) {
    out_ += newline_;
    out_ += indent_of(column);
  }

  const Style& style_;
  std::string_view newline_;
  std::string out_;
};

void append_flow(std::string& out, const Node& node, const FlowStyle& style);

void append_flow_member(std::string& out, std::string_view key, const Node& value,
                        const FlowStyle& style) {
  out += key_text(key, style.quotes, true);
  out += style.is_compact ? ":" : ": ";
  append_flow(out, value, style);
}

void append_flow_collection(std::string& out, const Node& node, const FlowStyle& style) {
  FlowStyle inner = style;
  inner.indent += style.step;
  const auto separate = [&](bool first) {
    if (!first) out += style.is_compact || style.is_multi_line ? "," : ", ";
    if (style.is_multi_line) out.append(style.newline).append(inner.indent);
  };
  out += node.is_map() ? '{' : '[';
  bool first = true;
  if (node.is_map()) {
    for (const Member& member : node.members()) {
      separate(first);
      first = false;
      append_flow_member(out, member.key, member.value, inner);
    }
  } else {
    for (const Node& item : node.items()) {
      separate(first);
      first = false;
      append_flow(out, item, inner);
    }
  }
  if (style.is_multi_line) out.append(style.newline).append(style.indent);
  out += node.is_map() ? '}' : ']';
}

void append_flow(std::string& out, const Node& node, const FlowStyle& style) {
  if (is_scalar(node) || is_empty_collection(node)) {
    out += scalar_text(node, style.quotes, true);
  } else {
    append_flow_collection(out, node, style);
  }
}

}  // namespace

bool is_scalar(const Node& node) { return !node.is_map() && !node.is_list(); }

bool is_empty_collection(const Node& node) {
  return (node.is_map() && node.members().empty()) || (node.is_list() && node.items().empty());
}

std::string scalar_text(const Node& node, Quotes quotes, bool in_flow) {
  if (node.is_string()) return string_text(node.as_string(), quotes, in_flow);
  return to_json(node);
}

std::string key_text(std::string_view key, Quotes quotes, bool in_flow) {
  return string_text(key, quotes, in_flow);
}

std::string block_member(std::string_view key, const Node& value, Quotes key_quotes,
                         std::uint32_t column, const Style& style, std::string_view newline) {
  BlockRenderer renderer(style, newline);
  renderer.member(key, value, key_quotes, column);
  return renderer.take();
}

std::string block_item(const Node& value, std::uint32_t column, const Style& style,
                       std::string_view newline, Quotes quotes) {
  BlockRenderer renderer(style, newline);
  renderer.item(value, column, quotes);
  return renderer.take();
}

std::string flow_text(const Node& node, const FlowStyle& style) {
  std::string out;
  append_flow(out, node, style);
  return out;
}

std::string flow_member(std::string_view key, const Node& value, const FlowStyle& style) {
  std::string out;
  append_flow_member(out, key, value, style);
  return out;
}

}  // namespace yagura::kube::edit
