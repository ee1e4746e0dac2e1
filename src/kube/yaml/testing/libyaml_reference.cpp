#include "kube/yaml/testing/libyaml_reference.hpp"

#include <yaml.h>

#include <map>
#include <string>

#include "kube/node_builder.hpp"
#include "kube/yaml/scalar.hpp"

namespace yagura::kube::yaml {

namespace {

constexpr std::size_t kMaxNodes = 50'000;
constexpr int kMaxDepth = 150;

std::string_view as_view(const yaml_char_t* text) {
  return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

class Builder {
 public:
  explicit Builder(std::string_view text) {
    yaml_parser_initialize(&parser_);
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()),
                                 text.size());
    reading_.arena = std::make_unique<core::Arena>();
    // libyaml counts a byte order mark as a column, so that no document mark follows it.
    reading_.comparable = !text.starts_with("\xEF\xBB\xBF");
  }
  ~Builder() {
    if (has_event_) yaml_event_delete(&event_);
    yaml_parser_delete(&parser_);
  }
  Builder(const Builder&) = delete;
  Builder& operator=(const Builder&) = delete;

  ReferenceReading read() {
    reading_.accepted = next() && read_stream();
    return std::move(reading_);
  }

 private:
  bool next() {
    if (has_event_) yaml_event_delete(&event_);
    has_event_ = yaml_parser_parse(&parser_, &event_) != 0;
    return has_event_;
  }

  bool read_stream() {
    while (next()) {
      if (event_.type == YAML_STREAM_END_EVENT) return true;
      anchors_.clear();  // at the document's start
      Node root;
      if (!next()) return false;
      const bool empty = event_.type == YAML_SCALAR_EVENT && event_.data.scalar.length == 0 &&
                         event_.data.scalar.plain_implicit != 0 &&
                         event_.data.scalar.anchor == nullptr && event_.data.scalar.tag == nullptr;
      // YAML 1.2 lets the text of a block scalar at the top begin in the first column; libyaml does
      // not.
      if (event_.type == YAML_SCALAR_EVENT &&
          (event_.data.scalar.style == YAML_LITERAL_SCALAR_STYLE ||
           event_.data.scalar.style == YAML_FOLDED_SCALAR_STYLE)) {
        reading_.comparable = false;
      }
      if (!node(root, 0)) return false;
      if (!empty) reading_.documents.push_back(root);
      if (!next()) return false;  // the document's end
    }
    return false;
  }

  // The event at hand and what belongs to it. Refused on our side: collections and null as keys,
  // tags (whose meaning scalar.hpp's caller decides), aliases to what is not there.
  bool node(Node& out, int depth) {
    if (++count_ > kMaxNodes || depth > kMaxDepth) return false;
    switch (event_.type) {
      case YAML_ALIAS_EVENT:
        return alias(out);
      case YAML_SCALAR_EVENT:
        return scalar(out);
      case YAML_SEQUENCE_START_EVENT:
        return sequence(out, depth);
      case YAML_MAPPING_START_EVENT:
        return mapping(out, depth);
      default:
        return false;
    }
  }

  bool alias(Node& out) {
    const auto found = anchors_.find(std::string(as_view(event_.data.alias.anchor)));
    if (found == anchors_.end()) {
      reading_.comparable = false;
    } else {
      out = found->second;
    }
    return true;
  }

  bool scalar(Node& out) {
    const auto& event = event_.data.scalar;
    const std::string_view value = reading_.arena->copy(
        std::string_view(reinterpret_cast<const char*>(event.value), event.length));
    if (event.tag != nullptr) reading_.comparable = false;
    const bool plain = event.plain_implicit != 0 && event.style == YAML_PLAIN_SCALAR_STYLE;
    if (plain && is_infinity_or_nan(value)) reading_.comparable = false;
    out = plain ? resolve_plain(value, false, {}) : NodeBuilder::string(value);
    plain_merge_ = plain && value == "<<";
    if (event.anchor != nullptr) anchors_[std::string(as_view(event.anchor))] = out;
    return true;
  }

  bool sequence(Node& out, int depth) {
    const std::string anchor(as_view(event_.data.sequence_start.anchor));
    std::vector<Node> items;
    while (true) {
      if (!next()) return false;
      if (event_.type == YAML_SEQUENCE_END_EVENT) break;
      Node item;
      if (!node(item, depth + 1)) return false;
      items.push_back(item);
    }
    out = NodeBuilder::list(*reading_.arena, items);
    if (!anchor.empty()) anchors_[anchor] = out;
    return true;
  }

  bool mapping(Node& out, int depth) {
    const std::string anchor(as_view(event_.data.mapping_start.anchor));
    std::vector<Member> members;
    while (true) {
      if (!next()) return false;
      if (event_.type == YAML_MAPPING_END_EVENT) break;
      Node key;
      Member member;
      plain_merge_ = false;
      if (!node(key, depth + 1)) return false;
      if (plain_merge_ || key.is_list() || key.is_map() || key.is_null())
        reading_.comparable = false;
      member.key =
          key.is_string() ? key.as_string() : reading_.arena->copy(std::string_view(key_text(key)));
      if (!next() || !node(member.value, depth + 1)) return false;
      members.push_back(member);
    }
    out = NodeBuilder::map(*reading_.arena, members);
    if (!anchor.empty()) anchors_[anchor] = out;
    return true;
  }

  yaml_parser_t parser_{};
  yaml_event_t event_{};
  bool has_event_ = false;
  bool plain_merge_ = false;
  std::size_t count_ = 0;
  std::map<std::string, Node> anchors_;
  ReferenceReading reading_;
};

}  // namespace

ReferenceReading read_with_libyaml(std::string_view text) { return Builder(text).read(); }

}  // namespace yagura::kube::yaml
