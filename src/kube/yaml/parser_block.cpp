// Block style: nodes told apart by indentation (YAML 1.2.2, chapter 8).

#include "kube/yaml/fold.hpp"
#include "kube/yaml/parser.hpp"

namespace yagura::kube::yaml {

bool Parser::block_node(Node& out, Slot slot, std::uint32_t depth) {
  if (*at_ == '&' || *at_ == '!') [[unlikely]]
    return block_node_with_properties(out, slot, depth);
  return block_content(out, slot, depth, column_of(at_), nullptr, nullptr);
}

// On the line of a key the properties are the key's, on a line of their own they are the whole
// node's.
bool Parser::block_node_with_properties(Node& out, Slot slot, std::uint32_t depth) {
  const int column = column_of(at_);
  Properties properties;
  if (!read_properties(properties, depth)) return false;
  const char* empty_at = token_end_;
  if (!next_line_token()) return false;
  if (!fresh_) return block_content(out, slot, depth, column, nullptr, &properties);
  const bool dash = slot.dash_at_parent && at_ < end_ && column_ == slot.parent && at_dash();
  if (dash) {
    if (!block_list(out, slot.parent, depth)) return false;
    close_anchor(&properties, out);
    return true;
  }
  if (at_ >= end_ || column_ <= slot.parent) {
    token_end_ = empty_at;
    return make_scalar(out, {.value = {}, .begin = empty_at, .end = empty_at, .plain = true},
                       &properties);
  }
  slot.collections = true;
  if (*at_ != '&' && *at_ != '!')
    return block_content(out, slot, depth, column_, &properties, nullptr);
  const int inner_column = column_;
  Properties inner;
  if (!read_properties(inner, depth)) return false;
  if (!next_line_token()) return false;
  if (fresh_) return fail(empty_at, "a value can have one anchor and one tag");
  return block_content(out, slot, depth, inner_column, &properties, &inner);
}

// at_ is at the content, whose own column (with the properties on its line) is `column`.
bool Parser::block_content(Node& out, Slot slot, std::uint32_t depth, int column,
                           const Properties* node_properties, const Properties* line_properties) {
  const Properties* properties = line_properties != nullptr ? line_properties : node_properties;
  switch (*at_) {
    case '"':
    case '\'':
      return block_quoted(out, slot, depth, column, node_properties, line_properties);
    case '[':
    case '{':
      return block_flow(out, depth, properties);
    case '|':
    case '>':
      return read_block_scalar(out, slot.parent, properties);
    case '*':
      return block_alias(out, slot, depth, column, node_properties, line_properties);
    case '-':
    case '?':
    case ':': {
      if (!blank_follows()) break;
      if (!slot.collections || line_properties != nullptr) {
        return fail(at_, "a list or map must begin on a line of its own here",
                    "or put the value in quotes");
      }
      const bool is_list = *at_ == '-';
      if (!(is_list ? block_list(out, column, depth) : block_map(out, column, depth, nullptr)))
        return false;
      close_anchor(node_properties, out);
      return true;
    }
    default:
      break;
  }
  if (!begins_plain(false)) return fail_token(at_);
  return block_plain(out, slot, depth, column, node_properties, line_properties);
}

bool Parser::block_plain(Node& out, Slot slot, std::uint32_t depth, int column,
                         const Properties* node_properties, const Properties* line_properties) {
  Text text{.value = {}, .begin = at_, .end = at_, .plain = true};
  const PlainStop stop = scan_plain_line(text.end);
  text.value = {text.begin, static_cast<std::size_t>(text.end - text.begin)};
  if (stop != PlainStop::kColon) {
    return finish_plain(out, text, slot.parent,
                        line_properties != nullptr ? line_properties : node_properties);
  }
  if (!slot.collections) {
    return fail(at_, "`: ` begins a map, which cannot stand on this line",
                "put the value in quotes");
  }
  Key key;
  return make_key(key, text, line_properties) &&
         block_map_from_key(out, slot, depth, column, key, node_properties);
}

bool Parser::block_quoted(Node& out, Slot slot, std::uint32_t depth, int column,
                          const Properties* node_properties, const Properties* line_properties) {
  Text text;
  if (!read_quoted(text)) return false;
  token_end_ = at_;
  skip_blanks();
  if (at_key_colon()) {
    if (text.multi_line) return fail(text.begin, "a key must end on the line that it begins on");
    Key key;
    return make_key(key, text, line_properties) &&
           block_map_from_key(out, slot, depth, column, key, node_properties);
  }
  return make_scalar(out, text, line_properties != nullptr ? line_properties : node_properties) &&
         finish_line();
}

bool Parser::block_alias(Node& out, Slot slot, std::uint32_t depth, int column,
                         const Properties* node_properties, const Properties* line_properties) {
  const char* begin = at_;
  if (line_properties != nullptr)
    return fail(begin, "an alias cannot have an anchor or a tag of its own");
  if (!read_alias(out, depth)) return false;
  const char* end = token_end_ = at_;
  skip_blanks();
  if (at_key_colon()) {
    Key key;
    if (!make_key(key, out)) return false;
    key.begin = offset(begin);
    key.end = offset(end);
    return block_map_from_key(out, slot, depth, column, key, node_properties);
  }
  if (node_properties != nullptr)
    return fail(begin, "an alias cannot have an anchor or a tag of its own");
  return finish_line();
}

bool Parser::block_flow(Node& out, std::uint32_t depth, const Properties* properties) {
  const char* begin = at_;
  bool json_like = false;
  if (!flow_content(out, depth, properties, json_like)) return false;
  token_end_ = at_;
  skip_blanks();
  if (at_key_colon()) return fail(begin, "a key must be text, not a list or a map");
  return finish_line();
}

// A map that begins with this key; at_ is at its ':'.
bool Parser::block_map_from_key(Node& out, Slot slot, std::uint32_t depth, int column,
                                const Key& key, const Properties* node_properties) {
  if (!slot.collections) {
    return fail(at_, "`: ` begins a map, which cannot stand on this line",
                "put the value in quotes");
  }
  if (!block_map(out, column, depth, &key)) return false;
  close_anchor(node_properties, out);
  return true;
}

// At the first dash.
bool Parser::block_list(Node& out, int indent, std::uint32_t depth) {
  if (!enter(depth, at_)) return false;
  const char* begin = at_;
  const std::size_t first = scratch_items_.size();
  do {
    token_end_ = ++at_;
    Node item;
    if (!count_node(at_) || !behind_indicator(item, indent, false, depth + 1)) return false;
    scratch_items_.push_back(item);
  } while (at_ < end_ && column_ == indent && at_dash());
  const std::span<const Node> items(scratch_items_.data() + first, scratch_items_.size() - first);
  out = NodeBuilder::list(context_.source.arena(), items, CollectionStyle::kBlock,
                          extent(begin, token_end_));
  scratch_items_.resize(first);
  return true;
}

// At the ':' behind the first key, or (null) at a '?' or at the ':' of an empty key.
bool Parser::block_map(Node& out, int indent, std::uint32_t depth, const Key* first) {
  if (!enter(depth, at_)) return false;
  const std::uint32_t begin = first != nullptr ? first->begin : offset(at_);
  MapFrame frame{.first = scratch_members_.size(), .merges = {}};
  do {
    if (!block_entry(frame, indent, depth + 1, first)) return false;
    first = nullptr;
  } while (at_ < end_ && column_ == indent && !at_dash());
  return close_map(out, frame, CollectionStyle::kBlock, {begin, offset(token_end_)});
}

bool Parser::block_entry(MapFrame& frame, int indent, std::uint32_t depth, const Key* first) {
  if (first == nullptr && *at_ == '?' && blank_follows())
    return explicit_entry(frame, indent, depth);
  Key key;
  if (first == nullptr) {
    if (!block_key(key, depth)) return false;
    first = &key;
  }
  token_end_ = ++at_;
  Node value;
  return map_value(value, indent, depth) && add_member(frame, *first, value);
}

// `? key` and, at the same column, `: value`.
bool Parser::explicit_entry(MapFrame& frame, int indent, std::uint32_t depth) {
  token_end_ = ++at_;
  Node key_node;
  if (!behind_indicator(key_node, indent, true, depth)) return false;
  Key key;
  if (!make_key(key, key_node)) return false;
  Node value = NodeBuilder::null({offset(token_end_), offset(token_end_)});
  if (at_ < end_ && column_ == indent && at_key_colon()) {
    token_end_ = ++at_;
    if (!behind_indicator(value, indent, true, depth)) return false;
  }
  return add_member(frame, key, value);
}

// What stands behind '-', '?' or the ':' of an explicit entry: on its line any node, below it one
// that is indented more.
bool Parser::behind_indicator(Node& out, int indent, bool dash_at_parent, std::uint32_t depth) {
  const char* empty_at = at_;
  if (!next_line_token()) return false;
  if (at_ < end_) {
    if (!fresh_ || column_ > indent || at_block_scalar(indent))
      return block_node(out, {.parent = indent}, depth);
    if (dash_at_parent && column_ == indent && at_dash()) return block_list(out, indent, depth);
  }
  out = NodeBuilder::null(extent(empty_at, empty_at));
  return true;
}

// What stands behind the ':' of a key: on its line a scalar or a flow collection, below it a node
// that is indented more or a list at the same column.
bool Parser::map_value(Node& out, int indent, std::uint32_t depth) {
  const char* empty_at = at_;
  skip_blanks();
  if (!is(*at_, kBreak | kEnd) && *at_ != '#') [[likely]] {
    return block_node(out, {.parent = indent, .collections = false, .dash_at_parent = true}, depth);
  }
  if (!next_line_token()) return false;
  if (at_ < end_) {
    if (column_ > indent || at_block_scalar(indent))
      return block_node(out, {.parent = indent}, depth);
    if (column_ == indent && at_dash()) return block_list(out, indent, depth);
  }
  out = NodeBuilder::null(extent(empty_at, empty_at));
  return true;
}

// A key that is not the first of its map. Leaves at_ at its ':'.
bool Parser::block_key(Key& key, std::uint32_t depth) {
  if (*at_ != '&' && *at_ != '!') [[likely]]
    return block_key_scalar(key, nullptr, depth);
  Properties properties;
  if (!read_properties(properties, depth)) return false;
  skip_blanks();
  return block_key_scalar(key, &properties, depth);
}

bool Parser::block_key_scalar(Key& key, const Properties* properties, std::uint32_t depth) {
  Text text{.value = {}, .begin = at_, .end = at_};
  if (*at_ == '"' || *at_ == '\'') {
    if (!read_quoted(text)) return false;
    if (text.multi_line) return fail(text.begin, "a key must end on the line that it begins on");
  } else if (*at_ == '*') {
    Node node;
    if (!read_alias(node, depth) || !make_key(key, node)) return false;
    key.begin = offset(text.begin);
    key.end = offset(at_);
    skip_blanks();
    return at_key_colon() || fail(at_, "expected a ':' behind this key");
  } else if (*at_ == '[' || *at_ == '{') {
    return fail(at_, "a key must be text, not a list or a map");
  } else if (begins_plain(false)) {
    text.plain = true;
    scan_plain_line(text.end);
    text.value = {text.begin, static_cast<std::size_t>(text.end - text.begin)};
  } else if (at_key_colon()) {
    text.plain = true;
  } else {
    return fail_token(at_);
  }
  skip_blanks();
  if (!at_key_colon()) {
    return fail(text.begin, "expected a key and a ':' with a blank behind it",
                "is the line before it whole?");
  }
  return make_key(key, text, properties);
}

// at_ is where the first line of the plain scalar ends.
bool Parser::finish_plain(Node& out, Text& text, int parent, const Properties* properties) {
  bool goes_on = false;
  if (!plain_goes_on(parent, goes_on)) return false;
  if (goes_on && !continue_plain(text, parent)) return false;
  token_end_ = text.end;
  return make_scalar(out, text, properties);
}

// Whether the next line, which at_ moves to, belongs to the plain scalar.
bool Parser::plain_goes_on(int parent, bool& goes_on) {
  skip_gap();
  goes_on = at_ < end_ && column_ > parent && !saw_comment_ && fresh_;
  if (tab_ == nullptr || at_ >= end_) [[likely]]
    return true;
  goes_on = goes_on && column_of(tab_) > parent;
  return goes_on || fail_token(tab_);
}

bool Parser::continue_plain(Text& text, int parent) {
  buffer_ = text.value;
  bool goes_on = true;
  while (goes_on) {
    const char* line_end = text.end;
    while (is(*line_end, kBlank)) ++line_end;
    fold_line_ends(line_end, at_, buffer_);
    const char* begin = at_;
    if (scan_plain_line(text.end) == PlainStop::kColon) {
      return fail(begin, "this key belongs to no map: the line continues the text above",
                  "is it indented too far, or is the text above to be quoted?");
    }
    buffer_.append(begin, text.end);
    if (!plain_goes_on(parent, goes_on)) return false;
  }
  text.multi_line = true;
  text.value = keep(buffer_);
  return true;
}

}  // namespace yagura::kube::yaml
