#include "kube/edit/layout.hpp"

#include <algorithm>

namespace yagura::kube::edit {

namespace {

bool ends_token(char c) {
  return c == '\0' || c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ',' || c == ']' ||
         c == '}';
}

std::uint32_t token_end(const SourceText& text, std::uint32_t at) {
  while (!ends_token(text.at(at))) ++at;
  return at;
}

// Behind the anchor and tag that stand between `at` and the value.
std::uint32_t skip_properties(const SourceText& text, std::uint32_t at) {
  std::uint32_t next = text.skip_blanks(at);
  while (text.at(next) == '&' || text.at(next) == '!') {
    at = token_end(text, next);
    next = text.skip_blanks(at);
  }
  return at;
}

// Fills `after`, `begin` and `end` of an entry whose ':' or '-' (or start, in a flow list) ends at
// `separator_end`. False: the value does not stand here.
bool place_value(const SourceText& text, const Node& value, std::uint32_t separator_end,
                 Entry& entry) {
  entry.after = skip_properties(text, separator_end);
  if (value.is_aliased()) {
    entry.begin = text.skip_space(entry.after);
    if (text.at(entry.begin) != '*') return false;
    entry.end = token_end(text, entry.begin);
    entry.is_alias = true;
    return true;
  }
  if (value.begin() < separator_end || value.end() < value.begin() || value.end() > text.size()) {
    return false;
  }
  entry.begin = value.begin();
  entry.end = value.end();
  if (entry.begin == entry.end) entry.begin = entry.end = entry.after;
  return true;
}

bool is_within(const Node& collection, std::uint32_t offset) {
  return collection.begin() <= offset && offset < collection.end();
}

std::optional<std::vector<Entry>> map_entries(const SourceText& text, const Node& map) {
  std::vector<Entry> entries;
  const auto members = map.members();
  std::uint32_t last_end = map.begin();
  for (std::size_t i = 0; i < members.size(); ++i) {
    const Member& member = members[i];
    Entry entry{.position = i, .start = member.key_begin};
    const bool may_be_merged = member.value.is_aliased();
    if (!is_within(map, entry.start) || entry.start < last_end) {
      if (may_be_merged) continue;
      return std::nullopt;
    }
    const std::uint32_t colon = text.skip_blanks(member.key_end);
    if (text.at(colon) == ':') {
      if (!place_value(text, member.value, colon + 1, entry)) {
        if (may_be_merged) continue;
        return std::nullopt;
      }
    } else {
      if (!map.is_flow() || !member.value.is_null()) return std::nullopt;
      entry.after = entry.begin = entry.end = member.key_end;
      entry.has_separator = false;
    }
    last_end = entry.end;
    entries.push_back(entry);
  }
  return entries;
}

// Items follow each other with nothing but space, comments and commas between them.
std::optional<std::vector<Entry>> flow_list_entries(const SourceText& text, const Node& list) {
  std::vector<Entry> entries;
  std::uint32_t at = list.begin() + 1;
  const auto items = list.items();
  for (std::size_t i = 0; i < items.size(); ++i) {
    Entry entry{.position = i, .start = text.skip_space(at)};
    if (!place_value(text, items[i], entry.start, entry)) return std::nullopt;
    at = text.skip_space(entry.end);
    if (text.at(at) == ',') {
      ++at;
    } else if (i + 1 < items.size()) {
      return std::nullopt;
    }
    entries.push_back(entry);
  }
  return entries;
}

std::optional<std::vector<Entry>> block_list_entries(const SourceText& text, const Node& list) {
  std::vector<Entry> entries;
  const std::uint32_t column = text.column(list.begin());
  std::uint32_t dash = list.begin();
  const auto items = list.items();
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (text.at(dash) != '-' || text.column(dash) != column) return std::nullopt;
    Entry entry{.position = i, .start = dash};
    if (!place_value(text, items[i], dash + 1, entry)) return std::nullopt;
    dash = text.skip_space(text.line_end(entry.end));
    entries.push_back(entry);
  }
  return entries;
}

// Looks for the first nested map and the first list, in so many nodes.
class StyleFinder {
 public:
  explicit StyleFinder(const SourceText& text) : text_(text) {}

  Style find(const Node& root) {
    look(root);
    if (!step_found_ && offset_found_ && style_.list_offset > 0) style_.step = style_.list_offset;
    if (step_found_ && !offset_found_) style_.list_offset = style_.step;
    return style_;
  }

 private:
  static constexpr std::size_t kMaxNodes = 20'000;

  [[nodiscard]] bool is_done() const {
    return (step_found_ && offset_found_ && gap_found_) || seen_ >= kMaxNodes;
  }

  void look(const Node& node) {
    ++seen_;
    if (node.is_flow() || node.is_aliased() || is_done()) return;
    if (node.is_map()) {
      for (const Member& member : node.members()) {
        compare(member);
        look(member.value);
        if (is_done()) return;
      }
    } else if (node.is_list()) {
      look_at_dash(node);
      for (const Node& item : node.items()) {
        look(item);
        if (is_done()) return;
      }
    }
  }

  void compare(const Member& member) {
    const Node& value = member.value;
    const bool is_collection = value.is_map() || value.is_list();
    if (!is_collection || value.is_flow() || value.is_aliased()) return;
    if (value.begin() >= text_.size() || member.key_begin > value.begin()) return;
    const std::uint32_t key = text_.column(member.key_begin);
    const std::uint32_t inner = text_.column(value.begin());
    if (value.is_map() && !step_found_ && inner > key) {
      style_.step = inner - key;
      step_found_ = true;
    }
    if (value.is_list() && !offset_found_ && inner >= key) {
      style_.list_offset = inner - key;
      offset_found_ = true;
    }
  }

  void look_at_dash(const Node& list) {
    if (gap_found_ || list.items().empty()) return;
    const Node& item = list.items().front();
    if (item.is_aliased() || item.begin() <= list.begin() + 1 || item.begin() == item.end()) return;
    if (text_.skip_blanks(list.begin() + 1) != item.begin()) return;
    style_.dash_gap = item.begin() - list.begin() - 1;
    gap_found_ = true;
  }

  const SourceText& text_;
  Style style_;
  bool step_found_ = false;
  bool offset_found_ = false;
  bool gap_found_ = false;
  std::size_t seen_ = 0;
};

}  // namespace

std::optional<std::vector<Entry>> own_entries(const SourceText& text, const Node& collection) {
  if (collection.end() > text.size() || collection.begin() >= collection.end()) return std::nullopt;
  if (collection.is_map()) return map_entries(text, collection);
  if (collection.is_flow()) return flow_list_entries(text, collection);
  return block_list_entries(text, collection);
}

Style style_of(const SourceText& text, const Node& root) { return StyleFinder(text).find(root); }

}  // namespace yagura::kube::edit
