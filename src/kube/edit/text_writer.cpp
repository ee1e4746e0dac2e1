#include "kube/edit/text_writer.hpp"

#include <algorithm>
#include <utility>

#include "kube/node_builder.hpp"
#include "kube/node_json.hpp"

namespace yagura::kube::edit {

namespace {

bool is_block_collection(const Node& node) {
  return (node.is_map() || node.is_list()) && !node.is_flow();
}

}  // namespace

bool TextWriter::Change::removes() const {
  return std::ranges::find(removed, true) != removed.end();
}

bool TextWriter::Change::keeps_none() const {
  return std::ranges::find(removed, false) == removed.end();
}

TextWriter::TextWriter(const SourceText& text, SourceFormat format, const Document& document,
                       core::Arena& arena, std::vector<RawEdit>& out)
    : text_(text), format_(format), document_(document), arena_(arena), out_(out) {}

bool TextWriter::write(const PatchNode& root) {
  const std::size_t before = out_.size();
  if (is_json()) {
    learn_json_style();
  } else {
    style_ = style_of(text_, document_.root());
  }
  const Node& node = document_.root();
  Slot slot{.begin = node.begin(), .end = node.end()};
  if (is_json()) slot.kind = Slot::Kind::kFlow;
  change(root, node, slot);
  if (failed()) out_.resize(before);
  return !failed();
}

void TextWriter::change(const PatchNode& patch, const Node& old, const Slot& slot) {
  if (failed()) return;
  if (patch.value != nullptr) {
    if (!equal(old, *patch.value)) replace(old, *patch.value, slot);
    return;
  }
  if (patch.old == nullptr) {
    if (patch.is_present()) replace(old, built(patch, arena_), slot);
    return;
  }
  if (patch.children.empty() && patch.appended.empty()) return;
  Slot inner = slot;
  if (slot.is_alias) inner.kind = Slot::Kind::kUnknown;
  if (old.is_map()) {
    change_map(patch, old, inner);
  } else if (old.is_list()) {
    change_list(patch, old, inner);
  }
}

TextWriter::Slot TextWriter::slot_of(const Node& collection, const Entry& entry) const {
  Slot slot{.kind = collection.is_map() ? Slot::Kind::kMember : Slot::Kind::kItem,
            .column = text_.column(entry.start),
            .after = entry.after,
            .begin = entry.begin,
            .end = entry.end,
            .is_alias = entry.is_alias};
  if (collection.is_flow()) slot.kind = Slot::Kind::kFlow;
  if (!entry.has_separator) slot.kind = Slot::Kind::kUnknown;
  return slot;
}

void TextWriter::change_map(const PatchNode& patch, const Node& old, const Slot& slot) {
  auto entries = own_entries(text_, old);
  if (!entries) return give_up("the layout of a map on the way is not understood");
  Change change{.node = &old, .slot = slot};
  change.entries = *std::move(entries);
  change.removed.resize(change.entries.size());
  change.has_hidden =
      change.entries.size() < old.members().size() ||
      (!change.entries.empty() && !old.is_flow() && change.entries.front().start != old.begin());
  std::vector<const Entry*> by_position(old.members().size());
  for (const Entry& entry : change.entries) by_position[entry.position] = &entry;
  for (const PatchNode::Child& child : patch.children) {
    const Member* member = old.find_member(child.key);
    if (member != nullptr) {
      const auto position = static_cast<std::size_t>(member - old.members().data());
      change_member(*child.node, *member, by_position[position], change);
    } else if (child.node->is_present()) {
      change.members.push_back({.key = child.key, .value = built(*child.node, arena_)});
    }
    if (failed()) return;
  }
  carry_out(change);
}

void TextWriter::change_member(const PatchNode& patch, const Member& member, const Entry* entry,
                               Change& change) {
  if (patch.removed) {
    if (entry == nullptr) return give_up("a field to remove comes from a merge key (<<)");
    change.removed[static_cast<std::size_t>(entry - change.entries.data())] = true;
  } else if (entry != nullptr) {
    this->change(patch, member.value, slot_of(*change.node, *entry));
  } else if (patch.value != nullptr || patch.old == nullptr) {
    // From a merge key: a member of one's own goes before it.
    if (patch.is_present()) {
      change.members.push_back({.key = member.key, .value = built(patch, arena_)});
    }
  } else {
    this->change(patch, member.value, Slot{.kind = Slot::Kind::kUnknown});
  }
}

void TextWriter::change_list(const PatchNode& patch, const Node& old, const Slot& slot) {
  auto entries = own_entries(text_, old);
  if (!entries) return give_up("the layout of a list on the way is not understood");
  Change change{.node = &old, .slot = slot};
  change.entries = *std::move(entries);
  change.removed.resize(change.entries.size());
  for (const PatchNode::Child& child : patch.children) {
    if (child.node->removed) {
      change.removed[child.index] = true;
    } else {
      this->change(*child.node, old.items()[child.index],
                   slot_of(old, change.entries[child.index]));
    }
    if (failed()) return;
  }
  for (const Node* item : patch.appended) change.items.push_back(*item);
  carry_out(change);
}

void TextWriter::carry_out(const Change& change) {
  if (!change.adds() && !change.removes()) return;
  if (!change.node->is_flow()) return change_block(change);
  const Slot::Kind kind = change.slot.kind;
  const bool in_block = kind == Slot::Kind::kMember || kind == Slot::Kind::kItem;
  if (change.node->is_map() && change.node->members().empty() && in_block) {
    // `securityContext: {}` among lines: what comes in gets lines too.
    std::vector<Member> members;
    members.reserve(change.members.size());
    for (const NewMember& member : change.members) {
      members.push_back({.key = member.key, .key_begin = 0, .key_end = 0, .value = member.value});
    }
    return replace_by_block(NodeBuilder::map(arena_, members), change.slot);
  }
  change_flow(change);
}

// ---- Values that are replaced whole ----

Quotes TextWriter::quotes_at(std::uint32_t begin, std::uint32_t end) const {
  if (is_json()) return Quotes::kJson;
  if (begin >= end) return Quotes::kAsNeeded;
  if (text_.at(begin) == '"') return Quotes::kDouble;
  return text_.at(begin) == '\'' ? Quotes::kSingle : Quotes::kAsNeeded;
}

void TextWriter::replace(const Node& old, const Node& value, const Slot& slot) {
  if (slot.kind == Slot::Kind::kUnknown) {
    return give_up("the field is shared with other places through an alias");
  }
  if (is_scalar(value) || is_empty_collection(value)) {
    const bool in_flow = slot.kind == Slot::Kind::kFlow;
    const Quotes quotes =
        old.is_string() || is_json() ? quotes_at(slot.begin, slot.end) : Quotes::kAsNeeded;
    return replace_on_line(old, scalar_text(value, quotes, in_flow), slot);
  }
  const bool is_filled_flow = old.is_flow() && !is_empty_collection(old) && !slot.is_alias;
  if (slot.kind == Slot::Kind::kFlow || is_filled_flow) {
    return replace_on_line(old, flow_text(value, flow_style_at(slot.after)), slot);
  }
  replace_by_block(value, slot);
}

void TextWriter::replace_on_line(const Node& old, const std::string& text, const Slot& slot) {
  const bool has_own_lines = slot.kind == Slot::Kind::kMember && !slot.is_alias &&
                             is_block_collection(old) && !text_.same_line(slot.after, slot.begin);
  if (has_own_lines) {
    remove_lines(text_.line_start(slot.begin), text_.next_line(slot.end));
    add(slot.after, 0, " " + text);
  } else if (slot.begin == slot.end) {
    add(slot.after, 0, " " + text);
  } else {
    add(slot.begin, slot.end - slot.begin, text);
  }
}

void TextWriter::replace_by_block(const Node& value, const Slot& slot) {
  if (slot.kind == Slot::Kind::kMember) return replace_member_by_block(value, slot);
  if (slot.kind != Slot::Kind::kItem) return give_up("there is no place for a block of lines");
  const bool is_empty = slot.begin == slot.end;
  const std::uint32_t column =
      is_empty ? slot.column + 1 + style_.dash_gap : text_.column(slot.begin);
  const std::string lines = block_item(value, column, style_, text_.newline());
  if (is_empty) {
    add(slot.after, 0, std::string(style_.dash_gap, ' ') + lines);
  } else {
    add(slot.begin, slot.end - slot.begin, lines);
  }
}

void TextWriter::replace_member_by_block(const Node& value, const Slot& slot) {
  const std::uint32_t column = slot.column + (value.is_map() ? style_.step : style_.list_offset);
  const std::string lines = block_item(value, column, style_, text_.newline());
  if (slot.begin == slot.end) return insert_lines(slot.after, column, lines);
  if (text_.same_line(slot.after, slot.begin)) {
    // With the blanks before it, so that none trail behind the colon.
    add(slot.after, slot.end - slot.after, "");
  } else {
    remove_lines(text_.line_start(slot.begin), text_.next_line(slot.end));
  }
  insert_lines(slot.end, column, lines);
}

void TextWriter::add(std::uint32_t offset, std::uint32_t length, std::string text) {
  out_.push_back(
      {.offset = offset, .length = length, .text = std::move(text), .order = out_.size()});
}

void TextWriter::give_up(std::string_view why) {
  if (problem_.empty()) problem_ = why;
}

}  // namespace yagura::kube::edit
