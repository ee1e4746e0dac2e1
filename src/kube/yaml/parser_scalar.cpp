// Scalars: plain, quoted, block; what they mean, alone and as keys.

#include <cstring>

#include "core/json_text.hpp"
#include "core/utf8.hpp"
#include "kube/yaml/base64.hpp"
#include "kube/yaml/block_scalar.hpp"
#include "kube/yaml/fold.hpp"
#include "kube/yaml/parser.hpp"
#include "kube/yaml/scalar.hpp"

namespace yagura::kube::yaml {

// A plain scalar may begin with '-', '?' or ':' if something that is no blank follows. In flow
// style '?' never begins one, and ':' not before a flow indicator (as libyaml has it, which is not
// quite what YAML says).
bool Parser::begins_plain(bool in_flow) const {
  if (!is(*at_, kIndicator)) [[likely]]
    return true;
  if (*at_ != '-' && *at_ != '?' && *at_ != ':') return false;
  if (in_flow && (*at_ == '?' || (*at_ == ':' && is(at_[1], kFlowIndicator)))) return false;
  return !blank_follows();
}

// From at_ to the ": ", " #" or line end that stops it, where at_ is left; `end`: behind its last
// byte that is no blank.
Parser::PlainStop Parser::scan_plain_line(const char*& end) {
  const char* begin = at_;
  const char* at = at_;
  PlainStop stop = PlainStop::kLineEnd;
  while (true) {
    while (!is(*at, kMaybeStop)) ++at;
    if (*at == ':') {
      if (is(at[1], kBlank | kBreak | kEnd)) {
        stop = PlainStop::kColon;
        break;
      }
    } else if (*at == '#') {
      if (at > begin && is(at[-1], kBlank)) {
        stop = PlainStop::kComment;
        break;
      }
    } else {
      break;
    }
    ++at;
  }
  at_ = at;
  while (at > begin && is(at[-1], kBlank)) --at;
  end = at;
  return stop;
}

// The same in flow style, where , [ ] { } stop it too.
Parser::PlainStop Parser::scan_flow_plain_line(const char*& end) {
  const char* begin = at_;
  const char* at = at_;
  PlainStop stop = PlainStop::kLineEnd;
  for (;; ++at) {
    if (!is(*at, kMaybeStop | kFlowIndicator)) continue;
    if (is(*at, kFlowIndicator)) {
      stop = PlainStop::kFlow;
      break;
    }
    if (is(*at, kBreak | kEnd)) break;
    if (*at == ':' && is(at[1], kBlank | kBreak | kEnd | kFlowIndicator)) {
      stop = PlainStop::kColon;
      break;
    }
    if (*at == '#' && at > begin && is(at[-1], kBlank)) {
      stop = PlainStop::kComment;
      break;
    }
  }
  at_ = at;
  while (at > begin && is(at[-1], kBlank)) --at;
  end = at;
  return stop;
}

bool Parser::read_quoted(Text& text) {
  text.begin = at_;
  if (!(*at_ == '"' ? read_double_quoted(text) : read_single_quoted(text))) return false;
  text.end = at_;
  return true;
}

bool Parser::read_single_quoted(Text& text) {
  const char* begin = ++at_;
  bool unfold = false;
  while (true) {
    const auto left = static_cast<std::size_t>(end_ - at_);
    const auto* quote = static_cast<const char*>(std::memchr(at_, '\'', left));
    if (quote == nullptr)
      return fail(text.begin, "this string does not end", "close it with a single quote");
    at_ = quote + 1;
    if (at_ >= end_ || *at_ != '\'') break;
    unfold = true;
    ++at_;
  }
  text.value = {begin, static_cast<std::size_t>(at_ - 1 - begin)};
  text.multi_line = text.value.find_first_of("\r\n") != std::string_view::npos;
  if (text.multi_line) line_ = at_ - 1 - (text.value.size() - text.value.find_last_of("\r\n") - 1);
  if (unfold || text.multi_line) {
    unfold_single_quoted(text.value, buffer_);
    text.value = keep(buffer_);
  }
  return true;
}

bool Parser::read_double_quoted(Text& text) {
  const char* begin = ++at_;
  bool unfold = false;
  for (; at_ < end_ && *at_ != '"'; ++at_) {
    if (*at_ == '\\') {
      unfold = true;
      if (is(*++at_, kBreak)) --at_;  // an escaped line end still ends the line
    } else if (is(*at_, kBreak)) {
      unfold = text.multi_line = true;
      line_ = at_ + 1;
    }
  }
  if (at_ >= end_)
    return fail(text.begin, "this string does not end", "close it with a double quote");
  text.value = {begin, static_cast<std::size_t>(at_ - begin)};
  ++at_;
  if (!unfold) return true;
  const TextProblem problem = unfold_double_quoted(text.value, buffer_);
  if (problem.problem != nullptr)
    return fail(problem.at, problem.problem, "write \\\\ for a backslash, or use single quotes");
  text.value = keep(buffer_);
  return true;
}

bool Parser::read_block_scalar(Node& out, int parent, const Properties* properties) {
  const BlockScalar scalar = read_block_scalar_text(at_, end_, parent, buffer_);
  if (scalar.problem != nullptr) return fail(scalar.problem_at, scalar.problem, scalar.hint);
  Text text{
      .value = scalar.as_written ? scalar.written : keep(buffer_), .begin = at_, .end = scalar.end};
  if (has_ignores_ && !scalar.comment.empty()) {
    note_ignore(scalar.comment.data(), scalar.comment.data() + scalar.comment.size());
  }
  at_ = line_ = scalar.behind;
  token_end_ = scalar.end;
  if (!make_scalar(out, text, properties)) return false;
  return next_line_token(true);
}

Node Parser::make_string(std::string_view value, Extent at) const {
  return ascii_ ? NodeBuilder::string(value, true, at) : NodeBuilder::string(value, at);
}

bool Parser::make_scalar(Node& out, const Text& text, const Properties* properties) {
  const Extent at = extent(text.begin, text.end);
  if (properties != nullptr && properties->has_tag) {
    if (!make_tagged(out, text, properties->tag)) return false;
  } else if (text.plain && is(text.value.empty() ? '~' : text.value.front(), kMaybeHint)) {
    out = resolve_plain(text.value, false, at);
    if (out.is_string()) {
      if (is_infinity_or_nan(text.value)) {
        context_.error(
            at.begin,
            shown(text.value) + " is a number that JSON does not have, so Kubernetes refuses it",
            "put it in quotes if it is text");
      }
      out = make_string(text.value, at);
    }
  } else if (text.plain || ascii_) {
    // Escapes can bring in other characters than the text has.
    const bool escaped = !text.plain && text.value.data() != text.begin + 1;
    out = escaped ? NodeBuilder::string(text.value, at) : make_string(text.value, at);
  } else {
    out = NodeBuilder::string(text.value, at);
  }
  close_anchor(properties, out);
  return true;
}

// A tag that names a scalar type: the text must be of it, quoted or not (an integer is a float
// too).
bool Parser::make_tagged(Node& out, const Text& text, Tag tag) {
  const Extent at = extent(text.begin, text.end);
  out = NodeBuilder::string(text.value, at);
  if (tag == Tag::kBinary) return make_binary(out, text);
  if (tag == Tag::kString || tag == Tag::kTimestamp || tag == Tag::kMerge ||
      tag == Tag::kCollection)
    return true;
  const Node resolved = resolve_plain(text.value, false, at);
  const bool number = resolved.is_int() || resolved.kind() == NodeKind::kUint;
  const bool fits = (tag == Tag::kInt && number) || (tag == Tag::kBool && resolved.is_bool()) ||
                    (tag == Tag::kNull && resolved.is_null()) ||
                    (tag == Tag::kFloat && (number || resolved.kind() == NodeKind::kDouble));
  if (!fits)
    return fail(text.begin,
                "the tag in front of " + shown(text.value) + " names another type than it is of");
  out = resolved;
  return true;
}

bool Parser::make_binary(Node& out, const Text& text) {
  buffer_.clear();
  if (!append_base64_decoded(text.value, buffer_)) {
    return fail(text.begin, "!!binary needs base64 text",
                "Secrets take base64 without a tag under `data`");
  }
  // What is no UTF-8 cannot be told in JSON: Go's encoder writes U+FFFD there.
  if (core::find_invalid_utf8(buffer_) != std::string_view::npos) {
    std::string valid;
    for (std::size_t i = 0; i < buffer_.size();) {
      const std::size_t length = core::utf8_sequence_length(buffer_, i);
      valid += length == 0 ? std::string_view("\xEF\xBF\xBD")
                           : std::string_view(buffer_).substr(i, length);
      i += length == 0 ? 1 : length;
    }
    buffer_ = std::move(valid);
  }
  out = NodeBuilder::string(keep(buffer_), extent(text.begin, text.end));
  return true;
}

// Keys are text in JSON: what resolves to something else becomes the text that Kubernetes' loader
// makes of it.
bool Parser::make_key(Key& key, const Text& text, const Properties* properties) {
  const bool plain_text =
      properties == nullptr &&
      (!text.plain || (!text.value.empty() && !is(text.value.front(), kMaybeHint)));
  if (plain_text) [[likely]] {
    key = {.text = text.value,
           .begin = offset(text.begin),
           .end = offset(text.end),
           .merge = text.plain && text.value == "<<"};
    return true;
  }
  Node node;
  return make_scalar(node, text, properties) && make_key(key, node);
}

bool Parser::make_key(Key& key, const Node& node) {
  key = {.text = {}, .begin = node.begin(), .end = node.end()};
  switch (node.kind()) {
    case NodeKind::kString:
      key.text = node.as_string();
      key.merge = key.text == "<<" && text_[key.begin] == '<';  // not where it is quoted
      return true;
    case NodeKind::kList:
    case NodeKind::kMap:
      return fail(text_ + key.begin, "a key must be text, not a list or a map");
    case NodeKind::kNull:
      context_.error(key.begin, "this key is null, which Kubernetes refuses",
                     "put it in quotes if it is text");
      break;
    default:
      break;
  }
  key.text = keep(key_text(node));
  return true;
}

}  // namespace yagura::kube::yaml
