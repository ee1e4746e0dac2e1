#pragma once

// Turns what fixes make of one document (patch_tree.hpp) into edits of its text. Internal to
// src/kube.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/arena.hpp"
#include "kube/document.hpp"
#include "kube/edit/layout.hpp"
#include "kube/edit/patch_tree.hpp"
#include "kube/edit/render.hpp"
#include "kube/edit/source_text.hpp"

namespace yagura::kube::edit {

// Replace `length` bytes at `offset`. Several may insert at the same place: `order` says which is
// first.
struct RawEdit {
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
  std::string text{};
  std::size_t order = 0;
};

class TextWriter {
 public:
  // `arena` holds nodes that are only made for their text.
  TextWriter(const SourceText& text, SourceFormat format, const Document& document,
             core::Arena& arena, std::vector<RawEdit>& out);

  // Adds the edits of the document. False, with problem() saying why, where the text is not laid
  // out in a way that can be edited; then what was added so far is taken back.
  [[nodiscard]] bool write(const PatchNode& root);
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  // Where a value stands and what may be done there.
  struct Slot {
    enum class Kind : std::uint8_t {
      kRoot,
      kMember,   // of a block map
      kItem,     // of a block list
      kFlow,     // in { } or [ ], and all of JSON
      kUnknown,  // reached through an alias: the place of the original is not known
    };
    Kind kind = Kind::kRoot;
    std::uint32_t column = 0;  // of the key or dash
    std::uint32_t after = 0;   // behind the ':' or '-'
    std::uint32_t begin = 0;   // of what is written there now; begin == end: nothing
    std::uint32_t end = 0;
    bool is_alias = false;  // it is written as *name
  };
  struct NewMember {
    std::string_view key;
    Node value;
  };
  // A map or list and what is to happen to its own entries.
  struct Change {
    const Node* node = nullptr;
    Slot slot;
    std::vector<Entry> entries;
    std::vector<bool> removed;  // by entry
    std::vector<NewMember> members;
    std::vector<Node> items;
    bool has_hidden = false;  // something that has no entry: a merge key

    [[nodiscard]] bool adds() const { return !members.empty() || !items.empty(); }
    [[nodiscard]] bool removes() const;
    [[nodiscard]] bool keeps_none() const;  // of the entries
    [[nodiscard]] std::uint32_t begin() const { return node->begin(); }
    [[nodiscard]] std::uint32_t end() const { return node->end(); }
    [[nodiscard]] std::string_view empty_text() const { return node->is_map() ? "{}" : "[]"; }
  };

  // text_writer.cpp: down the tree, and values that are replaced whole.
  void change(const PatchNode& patch, const Node& old, const Slot& slot);
  void change_map(const PatchNode& patch, const Node& old, const Slot& slot);
  void change_member(const PatchNode& patch, const Member& member, const Entry* entry,
                     Change& change);
  void change_list(const PatchNode& patch, const Node& old, const Slot& slot);
  void carry_out(const Change& change);
  [[nodiscard]] Slot slot_of(const Node& collection, const Entry& entry) const;
  void replace(const Node& old, const Node& value, const Slot& slot);
  void replace_on_line(const Node& old, const std::string& text, const Slot& slot);
  void replace_by_block(const Node& value, const Slot& slot);
  void replace_member_by_block(const Node& value, const Slot& slot);
  [[nodiscard]] Quotes quotes_at(std::uint32_t begin, std::uint32_t end) const;

  // block_writer.cpp: maps and lists of lines.
  void change_block(const Change& change);
  void remove_block_entries(const Change& change);
  [[nodiscard]] std::size_t remove_run_behind_dash(const Change& change);
  void empty_block(const Change& change);
  [[nodiscard]] std::string block_lines(const Change& change) const;
  [[nodiscard]] std::string new_items(const Change& change, std::uint32_t column) const;
  [[nodiscard]] std::uint32_t with_comments_above(const Change& change, std::size_t entry) const;
  void remove_lines(std::uint32_t from, std::uint32_t to);
  void insert_lines(std::uint32_t behind, std::uint32_t column, const std::string& lines);

  // flow_writer.cpp: { }, [ ] and JSON.
  struct FlowLayout {
    FlowStyle style;           // of what is put into the collection; indent is that of its entries
    std::string outer_indent;  // of the collection's own line
  };
  void change_flow(const Change& change);
  void fill_flow(const Change& change);
  void remove_flow_entries(const Change& change);
  void add_behind(const Change& change, std::size_t last);
  [[nodiscard]] FlowLayout flow_layout(const Change& change) const;
  [[nodiscard]] FlowStyle flow_style_at(std::uint32_t offset) const;
  [[nodiscard]] std::vector<std::string> flow_parts(const Change& change,
                                                    const FlowStyle& style) const;
  [[nodiscard]] std::string indent_at(
      std::uint32_t offset) const;  // the blanks its line begins with
  void learn_json_style();

  void add(std::uint32_t offset, std::uint32_t length, std::string text);
  void give_up(std::string_view why);
  [[nodiscard]] bool failed() const { return !problem_.empty(); }
  [[nodiscard]] bool is_json() const { return format_ == SourceFormat::kJson; }

  const SourceText& text_;
  SourceFormat format_;
  const Document& document_;
  core::Arena& arena_;
  std::vector<RawEdit>& out_;
  Style style_;
  std::string json_step_;  // JSON: indentation of one level; empty: the document is on one line
  bool json_compact_ = false;
  std::string problem_;
};

}  // namespace yagura::kube::edit
