// TextWriter's part for { } and [ ], which all of JSON is: entries with commas between them, on one
// line or each on its own.

#include <algorithm>

#include "kube/edit/text_writer.hpp"

namespace yagura::kube::edit {

void TextWriter::change_flow(const Change& change) {
  if (change.keeps_none()) {
    if (change.has_hidden) return give_up("nothing but a merge key would be left");
    return fill_flow(change);
  }
  std::size_t last = change.entries.size() - 1;
  while (change.removed[last]) --last;
  if (change.adds()) add_behind(change, last);
  remove_flow_entries(change);
}

// Nothing of the old stays: all between the brackets is written anew.
void TextWriter::fill_flow(const Change& change) {
  const FlowLayout layout = flow_layout(change);
  std::string text;
  for (const std::string& part : flow_parts(change, layout.style)) {
    if (!text.empty()) text += layout.style.is_compact || layout.style.is_multi_line ? "," : ", ";
    if (layout.style.is_multi_line) text.append(layout.style.newline).append(layout.style.indent);
    text += part;
  }
  if (!text.empty() && layout.style.is_multi_line) {
    text.append(layout.style.newline).append(layout.outer_indent);
  }
  add(change.begin() + 1, change.end() - change.begin() - 2, std::move(text));
}

// Runs of entries, each with the comma behind it; the last run with the comma before it.
void TextWriter::remove_flow_entries(const Change& change) {
  const auto& entries = change.entries;
  for (std::size_t i = 0; i < entries.size();) {
    if (!change.removed[i]) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < entries.size() && change.removed[end]) ++end;
    const std::uint32_t from = end < entries.size() ? entries[i].start : entries[i - 1].end;
    const std::uint32_t to = end < entries.size() ? entries[end].start : entries[end - 1].end;
    add(from, to - from, "");
    i = end;
  }
}

void TextWriter::add_behind(const Change& change, std::size_t last) {
  const FlowLayout layout = flow_layout(change);
  const auto parts = flow_parts(change, layout.style);
  const std::uint32_t end = change.entries[last].end;
  const std::uint32_t comma = text_.skip_space(end);
  // A comma behind the very last entry stays the last thing.
  const bool has_last_comma = last + 1 == change.entries.size() && text_.at(comma) == ',';
  const bool has_own_line =
      layout.style.is_multi_line && text_.is_first_on_line(change.entries[last].start);
  const std::string line = std::string(text_.newline()) + layout.style.indent;
  std::string text;
  for (const std::string& part : parts) {
    if (!text.empty() || !has_last_comma) text += ",";
    text += has_own_line ? line : (layout.style.is_compact ? "" : " ");
    text += part;
  }
  if (has_last_comma) {
    if (has_own_line) text += ",";
    add(comma + 1, 0, std::move(text));
    return;
  }
  const std::uint32_t next = text_.skip_blanks(end);
  if (has_own_line && text_.at(next) == '#') {
    // The comment behind the last entry stays with it.
    add(end, 0, ",");
    add(text_.line_end(end), 0, text.substr(1));
  } else {
    add(end, 0, std::move(text));
  }
}

std::vector<std::string> TextWriter::flow_parts(const Change& change,
                                                const FlowStyle& style) const {
  std::vector<std::string> parts;
  parts.reserve(change.members.size() + change.items.size());
  for (const NewMember& member : change.members) {
    parts.push_back(flow_member(member.key, member.value, style));
  }
  for (const Node& item : change.items) parts.push_back(flow_text(item, style));
  return parts;
}

TextWriter::FlowLayout TextWriter::flow_layout(const Change& change) const {
  FlowLayout layout{.style = flow_style_at(change.begin()),
                    .outer_indent = indent_at(change.begin())};
  FlowStyle& style = layout.style;
  if (change.entries.empty()) {
    if (style.is_multi_line) style.indent += style.step;
    return layout;
  }
  const Entry& first = change.entries.front();
  const Entry& last = change.entries.back();
  style.is_multi_line = !text_.same_line(change.begin(), first.start);
  if (style.is_multi_line) style.indent = indent_at(last.start);
  if (is_json()) return layout;
  // Maps go by the quotes of their keys, lists by those of their items.
  const std::uint32_t shown = change.node->is_map() ? last.start : last.begin;
  style.quotes = quotes_at(shown, last.end);
  return layout;
}

// For something new that begins at (or right behind) the offset.
FlowStyle TextWriter::flow_style_at(std::uint32_t offset) const {
  FlowStyle style{.quotes = is_json() ? Quotes::kJson : Quotes::kAsNeeded};
  style.newline = text_.newline();
  if (!is_json()) return style;
  style.is_compact = json_compact_;
  style.is_multi_line = !json_step_.empty();
  style.indent = indent_at(offset);
  style.step = json_step_;
  return style;
}

std::string TextWriter::indent_at(std::uint32_t offset) const {
  const std::uint32_t start = text_.line_start(offset);
  return std::string(text_.between(start, std::min(text_.first_on_line(offset), offset)));
}

void TextWriter::learn_json_style() {
  const Node& root = document_.root();
  if (!root.is_map() || root.members().empty()) return;
  const Member& first = root.members().front();
  if (!text_.same_line(root.begin(), first.key_begin)) {
    const std::string outer = indent_at(root.begin());
    const std::string inner = indent_at(first.key_begin);
    json_step_ = inner.size() > outer.size() ? inner.substr(outer.size()) : "  ";
  }
  const std::uint32_t colon = text_.skip_blanks(first.key_end);
  json_compact_ = text_.at(colon + 1) != ' ';
}

}  // namespace yagura::kube::edit
