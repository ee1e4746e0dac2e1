#pragma once

// One document of a YAML stream into nodes: a recursive descent straight over the bytes, without
// tokens or events. What it reads is YAML 1.2.2 where the libyaml family (which Kubernetes' loader
// is of) agrees, and the more tolerant of the two where both give the same tree. Internal to
// src/kube/yaml.
//
// How it moves: every block-level function begins at the first byte of a token and leaves the
// parser at the first token of a later line (or at the end), with column_ set. Indentation is
// compared nowhere else. Flow-level functions leave it right behind what they read. A function that
// returns false has reported the error; the document is given up.
//
// The text is known to hold no NUL and to be valid UTF-8 (text_check.hpp), and either ends with the
// source's own NUL or with a line end before the next marker: scanning within a line needs no test
// for the end.

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kube/node_builder.hpp"
#include "kube/read_context.hpp"
#include "kube/seeded_hash.hpp"
#include "kube/yaml/chars.hpp"
#include "kube/yaml/stream.hpp"
#include "kube/yaml/tag.hpp"

namespace yagura::kube::yaml {

class Parser {
 public:
  explicit Parser(const ReadContext& context);

  enum class Outcome { kRead, kEmpty, kFailed };
  // A kFailed document was reported. `root` and `ignores` are of a document that was read.
  [[nodiscard]] Outcome read(const DocumentSlice& slice, Node& root,
                             std::vector<IgnoreComment>& ignores);

 private:
  // What the place of a block node allows.
  struct Slot {
    int parent = -1;          // the node must be indented more than this
    bool collections = true;  // a block collection may begin here
    bool dash_at_parent =
        false;  // a list may stand at the parent's own column (the value of a map)
  };

  // Anchor and tag in front of a node, and the counters as they were before it.
  struct Properties {
    std::string_view anchor;  // empty: none
    Tag tag = Tag::kNone;
    bool has_tag = false;
    std::uint32_t anchor_id = 0;
    std::uint64_t nodes_before = 0;
    std::uint32_t deepest_before = 0;
    std::uint32_t depth = 0;
  };

  // A scalar as it is written.
  struct Text {
    std::string_view value;
    const char* begin = nullptr;
    const char* end = nullptr;
    bool plain = false;
    bool multi_line = false;
  };

  struct Key {
    std::string_view text;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    bool merge = false;
  };

  struct Anchor {
    Node node;
    std::uint64_t nodes = 0;   // in the tree below and with it, aliases as expanded
    std::uint32_t height = 0;  // collections nested in it, itself counted
    std::uint32_t id = 0;
    bool open = true;  // not read to its end
  };

  struct Merge {
    Key key;
    Node value;
  };

  // One map under construction: its members stand on scratch_members_ from `first` on.
  struct MapFrame {
    std::size_t first = 0;
    std::vector<Merge> merges;
  };

  // parser.cpp: the document, the gaps between tokens, errors, limits
  Outcome parse_document(const DocumentSlice& slice, Node& root);
  bool read_directives(std::string_view prefix);
  bool read_directive(std::string_view line);
  bool fail(const char* at, std::string message, std::string hint = {});
  bool fail_limit(const char* at, const char* what, std::uint64_t limit);
  bool fail_token(const char* at);
  bool enter(std::uint32_t depth, const char* at);
  bool count_node(const char* at) {
    if (++nodes_ <= context_.limits.max_nodes) [[likely]]
      return true;
    return fail_limit(at, "more values", context_.limits.max_nodes);
  }
  void skip_blanks() {
    while (is(*at_, kBlank)) ++at_;
  }
  void skip_gap(bool at_line_begin = false);
  void skip_comment();
  void note_ignore(const char* comment, const char* end);
  void place_ignores();
  bool next_line_token(bool at_line_begin = false);
  bool finish_line();
  [[nodiscard]] bool blank_follows() const { return is(at_[1], kBlank | kBreak | kEnd); }
  [[nodiscard]] std::uint32_t offset(const char* at) const {
    return static_cast<std::uint32_t>(at - text_);
  }
  [[nodiscard]] Extent extent(const char* begin, const char* end) const {
    return {offset(begin), offset(end)};
  }
  [[nodiscard]] int column_of(const char* at) const { return static_cast<int>(at - line_); }

  // parser_block.cpp
  bool block_node(Node& out, Slot slot, std::uint32_t depth);
  bool block_node_with_properties(Node& out, Slot slot, std::uint32_t depth);
  bool block_content(Node& out, Slot slot, std::uint32_t depth, int column,
                     const Properties* node_properties, const Properties* line_properties);
  bool block_plain(Node& out, Slot slot, std::uint32_t depth, int column,
                   const Properties* node_properties, const Properties* line_properties);
  bool block_quoted(Node& out, Slot slot, std::uint32_t depth, int column,
                    const Properties* node_properties, const Properties* line_properties);
  bool block_alias(Node& out, Slot slot, std::uint32_t depth, int column,
                   const Properties* node_properties, const Properties* line_properties);
  bool block_flow(Node& out, std::uint32_t depth, const Properties* properties);
  bool block_map_from_key(Node& out, Slot slot, std::uint32_t depth, int column, const Key& key,
                          const Properties* node_properties);
  bool block_list(Node& out, int indent, std::uint32_t depth);
  bool block_map(Node& out, int indent, std::uint32_t depth, const Key* first);
  bool block_entry(MapFrame& frame, int indent, std::uint32_t depth, const Key* first);
  bool explicit_entry(MapFrame& frame, int indent, std::uint32_t depth);
  bool behind_indicator(Node& out, int indent, bool dash_at_parent, std::uint32_t depth);
  bool map_value(Node& out, int indent, std::uint32_t depth);
  bool block_key(Key& key, std::uint32_t depth);
  bool block_key_scalar(Key& key, const Properties* properties, std::uint32_t depth);
  bool finish_plain(Node& out, Text& text, int parent, const Properties* properties);
  bool plain_goes_on(int parent, bool& goes_on);
  bool continue_plain(Text& text, int parent);
  [[nodiscard]] bool at_key_colon() const { return *at_ == ':' && blank_follows(); }
  // libyaml takes the | of a value at the very column of its key or dash.
  [[nodiscard]] bool at_block_scalar(int indent) const {
    return column_ == indent && (*at_ == '|' || *at_ == '>');
  }
  [[nodiscard]] bool at_dash() const { return *at_ == '-' && blank_follows(); }

  // parser_flow.cpp
  bool flow_node(Node& out, std::uint32_t depth, bool& json_like);
  bool flow_content(Node& out, std::uint32_t depth, const Properties* properties, bool& json_like);
  bool flow_list(Node& out, std::uint32_t depth);
  bool flow_map(Node& out, std::uint32_t depth);
  bool flow_list_item(std::uint32_t depth);
  bool flow_entry(MapFrame& frame, std::uint32_t depth);
  bool flow_entry_from_key(MapFrame& frame, std::uint32_t depth, const Node& key, bool json_like);
  bool flow_pair(const Node* key, bool json_like, const char* begin, std::uint32_t depth);
  bool flow_value(Node& out, std::uint32_t depth);
  bool flow_plain(Text& text);
  bool flow_separator(char close, const char* begin, bool& done);
  bool fail_unclosed(const char* begin);
  [[nodiscard]] bool at_flow_value(bool json_like) const;

  // parser_scalar.cpp
  enum class PlainStop { kLineEnd, kColon, kComment, kFlow };
  bool begins_plain(bool in_flow) const;
  PlainStop scan_plain_line(const char*& end);
  PlainStop scan_flow_plain_line(const char*& end);
  bool read_quoted(Text& text);
  bool read_single_quoted(Text& text);
  bool read_double_quoted(Text& text);
  bool read_block_scalar(Node& out, int parent, const Properties* properties);
  bool make_scalar(Node& out, const Text& text, const Properties* properties);
  bool make_tagged(Node& out, const Text& text, Tag tag);
  bool make_binary(Node& out, const Text& text);
  Node make_string(std::string_view value, Extent at) const;
  bool make_key(Key& key, const Text& text, const Properties* properties);
  bool make_key(Key& key, const Node& node);
  std::string_view keep(std::string_view text) { return context_.source.arena().copy(text); }

  // parser_alias.cpp: properties, anchors, merge keys
  bool read_properties(Properties& properties, std::uint32_t depth);
  bool read_anchor_name(std::string_view& name);
  bool read_tag(Properties& properties);
  bool read_alias(Node& out, std::uint32_t depth);
  void close_anchor(const Properties* properties, const Node& node);
  bool close_map(Node& out, MapFrame& frame, CollectionStyle style, Extent at);
  bool merge_into(MapFrame& frame);
  bool collect_merge_sources(const Merge& merge, std::vector<const Node*>& sources);
  void warn_of_late_merge(const Merge& merge, const Member& own, const Member& merged) const;
  bool add_member(MapFrame& frame, const Key& key, const Node& value);

  const ReadContext& context_;
  const char* text_;  // of the whole source
  NodeBuilder::OnDuplicate on_duplicate_;
  std::vector<Member> scratch_members_;
  std::vector<Node> scratch_items_;
  std::string buffer_;

  // Of the document that is being read.
  const char* at_ = nullptr;
  const char* end_ = nullptr;
  const char* begin_ = nullptr;
  const char* line_ = nullptr;       // begin of the line that at_ is on
  const char* token_end_ = nullptr;  // behind the last token of the node read last
  int column_ = 0;                   // of at_, set by skip_gap()
  bool fresh_ = false;               // skip_gap() passed a line end, or reached the end
  bool saw_comment_ = false;         // skip_gap() passed a comment
  const char* tab_ =
      nullptr;  // the first tab in front of the token, where skip_gap() passed a line end
  bool ascii_ = true;
  bool started_ = false;      // a token of the document was reached
  bool has_ignores_ = false;  // the word stands somewhere in the text
  TagTable tags_;
  std::uint64_t nodes_ = 0;  // aliases as expanded
  std::uint64_t alias_nodes_ = 0;
  std::uint32_t deepest_ = 0;
  std::uint32_t next_anchor_id_ = 0;
  std::unordered_map<std::string_view, Anchor, SeededHash> anchors_;
  std::vector<IgnoreComment> ignores_;
  const char* noted_ignores_ =
      nullptr;  // comments before it were looked at: gaps are passed twice in flow style
  std::size_t placed_ignores_ = 0;  // those before it know their line
};

}  // namespace yagura::kube::yaml
