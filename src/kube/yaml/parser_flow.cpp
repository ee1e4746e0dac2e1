// Flow style: [lists], {maps} and what is in them (YAML 1.2.2, chapter 7). As libyaml has it, a '?'
// begins an explicit key whatever follows, and lines may be indented as they like.

#include "kube/yaml/fold.hpp"
#include "kube/yaml/parser.hpp"

namespace yagura::kube::yaml {

// `json_like`: a ':' may follow without a blank behind it, as in {"a":1}.
bool Parser::flow_node(Node& out, std::uint32_t depth, bool& json_like) {
  json_like = false;
  if (*at_ != '&' && *at_ != '!') [[likely]]
    return flow_content(out, depth, nullptr, json_like);
  Properties properties;
  if (!read_properties(properties, depth)) return false;
  const char* empty_at = token_end_;
  skip_gap();
  if (at_ >= end_ || is(*at_, kFlowIndicator) || at_flow_value(false)) {
    if (at_ >= end_ || (*at_ != '[' && *at_ != '{')) {
      return make_scalar(out, {.value = {}, .begin = empty_at, .end = empty_at, .plain = true},
                         &properties);
    }
  }
  return flow_content(out, depth, &properties, json_like);
}

bool Parser::flow_content(Node& out, std::uint32_t depth, const Properties* properties,
                          bool& json_like) {
  Text text;
  switch (*at_) {
    case '[':
    case '{':
      json_like = true;
      if (!(*at_ == '[' ? flow_list(out, depth) : flow_map(out, depth))) return false;
      close_anchor(properties, out);
      return true;
    case '"':
    case '\'':
      json_like = true;
      return read_quoted(text) && make_scalar(out, text, properties);
    case '*':
      if (properties != nullptr)
        return fail(at_, "an alias cannot have an anchor or a tag of its own");
      return read_alias(out, depth);
    default:
      if (!begins_plain(true)) return fail_token(at_);
      return flow_plain(text) && make_scalar(out, text, properties);
  }
}

bool Parser::fail_unclosed(const char* begin) {
  return fail(begin, std::string("this ") + *begin + " is not closed",
              *begin == '[' ? "close it with ], or put the value in quotes"
                            : "close it with }, or put the value in quotes");
}

// Behind an entry: a ',' or the closing bracket.
bool Parser::flow_separator(char close, const char* begin, bool& done) {
  skip_gap();
  if (at_ >= end_) return fail_unclosed(begin);
  done = *at_ == close;
  if (!done && *at_ != ',') {
    return fail(at_, std::string("expected ',' or '") + close + "'",
                "put the value in quotes if it is text");
  }
  ++at_;
  return true;
}

bool Parser::flow_list(Node& out, std::uint32_t depth) {
  if (!enter(depth, at_)) return false;
  const char* begin = at_++;
  const std::size_t first = scratch_items_.size();
  for (bool done = false; !done;) {
    skip_gap();
    if (at_ >= end_) return fail_unclosed(begin);
    if (*at_ == ']') {
      ++at_;
      break;
    }
    if (!count_node(at_) || !flow_list_item(depth + 1) || !flow_separator(']', begin, done))
      return false;
  }
  const std::span<const Node> items(scratch_items_.data() + first, scratch_items_.size() - first);
  out =
      NodeBuilder::list(context_.source.arena(), items, CollectionStyle::kFlow, extent(begin, at_));
  scratch_items_.resize(first);
  return true;
}

// A node, or a map of one entry without braces: [a: b].
bool Parser::flow_list_item(std::uint32_t depth) {
  const char* begin = at_;
  if (*at_ == '?' || at_flow_value(false)) return flow_pair(nullptr, false, begin, depth);
  Node item;
  bool json_like = false;
  if (!flow_node(item, depth, json_like)) return false;
  const char* end = at_;
  skip_gap();
  if (at_ < end_ && at_flow_value(json_like)) return flow_pair(&item, json_like, begin, depth);
  at_ = end;
  scratch_items_.push_back(item);
  return true;
}

bool Parser::flow_pair(const Node* key, bool json_like, const char* begin, std::uint32_t depth) {
  if (!enter(depth, begin)) return false;
  MapFrame frame{.first = scratch_members_.size(), .merges = {}};
  const bool read = key == nullptr ? flow_entry(frame, depth + 1)
                                   : flow_entry_from_key(frame, depth + 1, *key, json_like);
  Node pair;
  if (!read || !close_map(pair, frame, CollectionStyle::kFlow, extent(begin, at_))) return false;
  scratch_items_.push_back(pair);
  return true;
}

bool Parser::flow_map(Node& out, std::uint32_t depth) {
  if (!enter(depth, at_)) return false;
  const char* begin = at_++;
  MapFrame frame{.first = scratch_members_.size(), .merges = {}};
  for (bool done = false; !done;) {
    skip_gap();
    if (at_ >= end_) return fail_unclosed(begin);
    if (*at_ == '}') {
      ++at_;
      break;
    }
    if (!flow_entry(frame, depth + 1) || !flow_separator('}', begin, done)) return false;
  }
  return close_map(out, frame, CollectionStyle::kFlow, extent(begin, at_));
}

bool Parser::flow_entry(MapFrame& frame, std::uint32_t depth) {
  if (*at_ == '?') {
    ++at_;
    skip_gap();
  }
  Node key = NodeBuilder::null(extent(at_, at_));
  bool json_like = false;
  const bool empty = at_ >= end_ || at_flow_value(false) || *at_ == '}' || *at_ == ']';
  if (!empty && !flow_node(key, depth, json_like)) return false;
  return flow_entry_from_key(frame, depth, key, json_like);
}

bool Parser::flow_entry_from_key(MapFrame& frame, std::uint32_t depth, const Node& key_node,
                                 bool json_like) {
  Key key;
  if (!make_key(key, key_node)) return false;
  const char* end = at_;
  skip_gap();
  Node value = NodeBuilder::null(extent(end, end));
  if (at_ < end_ && at_flow_value(json_like)) {
    ++at_;
    if (!flow_value(value, depth)) return false;
  } else {
    at_ = end;
  }
  return add_member(frame, key, value);
}

// Behind the ':'.
bool Parser::flow_value(Node& out, std::uint32_t depth) {
  const char* empty_at = at_;
  skip_gap();
  if (at_ >= end_ || *at_ == ',' || *at_ == '}' || *at_ == ']') {
    at_ = empty_at;
    out = NodeBuilder::null(extent(empty_at, empty_at));
    return true;
  }
  bool json_like = false;
  return flow_node(out, depth, json_like);
}

bool Parser::at_flow_value(bool json_like) const {
  return *at_ == ':' && (json_like || is(at_[1], kBlank | kBreak | kEnd | kFlowIndicator));
}

bool Parser::flow_plain(Text& text) {
  text = {.value = {}, .begin = at_, .end = at_, .plain = true};
  PlainStop stop = scan_flow_plain_line(text.end);
  text.value = {text.begin, static_cast<std::size_t>(text.end - text.begin)};
  while (stop == PlainStop::kLineEnd) {
    skip_gap();
    if (at_ >= end_ || saw_comment_ || is(*at_, kFlowIndicator) || at_flow_value(false)) break;
    if (!text.multi_line) buffer_ = text.value;
    text.multi_line = true;
    const char* line_end = text.end;
    while (is(*line_end, kBlank)) ++line_end;
    fold_line_ends(line_end, at_, buffer_);
    const char* begin = at_;
    stop = scan_flow_plain_line(text.end);
    buffer_.append(begin, text.end);
  }
  if (text.multi_line) text.value = keep(buffer_);
  at_ = text.end;
  return true;
}

}  // namespace yagura::kube::yaml
