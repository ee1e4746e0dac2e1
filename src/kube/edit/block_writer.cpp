// TextWriter's part for maps and lists that are written in lines. Everything works on whole lines:
// what goes takes its lines along, what comes gets new ones behind the collection's last. Only the
// entry that stands behind a dash (`- name: a`) is cut out of its line.

#include "kube/edit/text_writer.hpp"

namespace yagura::kube::edit {

void TextWriter::change_block(const Change& change) {
  const bool all_go = change.keeps_none() && !change.has_hidden;
  if (all_go && !change.adds()) return empty_block(change);
  const std::uint32_t column = text_.column(change.begin());
  if (all_go && !text_.is_first_on_line(change.begin())) {
    add(change.begin(), change.end() - change.begin(), block_lines(change));
    return;
  }
  remove_block_entries(change);
  if (change.adds()) insert_lines(change.end(), column, block_lines(change));
}

void TextWriter::remove_block_entries(const Change& change) {
  for (std::size_t i = remove_run_behind_dash(change); i < change.entries.size(); ++i) {
    if (!change.removed[i]) continue;
    remove_lines(with_comments_above(change, i), text_.next_line(change.entries[i].end));
  }
}

// The first entry may share its line with a dash, or with the key of an explicit entry: then the
// next one that stays takes its place, comments before it included. Returns how many were removed
// so.
std::size_t TextWriter::remove_run_behind_dash(const Change& change) {
  const auto& entries = change.entries;
  if (entries.empty() || !change.removed[0] || text_.is_first_on_line(entries[0].start)) return 0;
  std::size_t count = 1;
  while (count < entries.size() && change.removed[count]) ++count;
  if (count == entries.size()) {
    give_up("nothing but a merge key would be left");
    return count;
  }
  std::uint32_t next = entries[count].start;
  std::uint32_t line = text_.next_line(entries[count - 1].end);
  while (line < next) {
    const std::uint32_t first = text_.first_on_line(line);
    if (text_.at(first) == '#') {
      next = first;
      break;
    }
    line = text_.next_line(line);
  }
  remove_lines(entries[0].start, next);
  return count;
}

// `{}` or `[]` takes the place of all entries.
void TextWriter::empty_block(const Change& change) {
  const std::string text(change.empty_text());
  if (change.slot.kind == Slot::Kind::kUnknown) {
    return give_up("the field is shared with other places through an alias");
  }
  if (change.slot.kind == Slot::Kind::kMember) {
    if (!text_.is_first_on_line(change.begin())) return give_up("the layout is not understood");
    remove_lines(with_comments_above(change, 0), text_.next_line(change.end()));
    add(change.slot.after, 0, " " + text);
  } else {
    add(change.begin(), change.end() - change.begin(), text);
  }
}

std::string TextWriter::block_lines(const Change& change) const {
  const std::uint32_t column = text_.column(change.begin());
  if (change.node->is_list()) return new_items(change, column);
  Quotes quotes = Quotes::kAsNeeded;
  if (!change.entries.empty()) {
    const std::uint32_t key = change.entries.back().start;
    quotes = quotes_at(key, key + 1);
  }
  const std::string separator = std::string(text_.newline()) + std::string(column, ' ');
  std::string lines;
  for (const NewMember& member : change.members) {
    if (!lines.empty()) lines += separator;
    lines += block_member(member.key, member.value, quotes, column, style_, text_.newline());
  }
  return lines;
}

std::string TextWriter::new_items(const Change& change, std::uint32_t column) const {
  std::uint32_t gap = style_.dash_gap;
  Quotes quotes = Quotes::kAsNeeded;
  if (!change.entries.empty()) {
    const Entry& last = change.entries.back();
    const bool is_behind_dash = last.begin < last.end && text_.same_line(last.start, last.begin) &&
                                text_.skip_blanks(last.start + 1) == last.begin;
    if (is_behind_dash) gap = last.begin - last.start - 1;
    quotes = quotes_at(last.begin, last.end);
  }
  const std::string separator = std::string(text_.newline()) + std::string(column, ' ');
  std::string lines;
  for (const Node& item : change.items) {
    if (!lines.empty()) lines += separator;
    lines += "-" + std::string(gap, ' ') +
             block_item(item, column + 1 + gap, style_, text_.newline(), quotes);
  }
  return lines;
}

// Start of the lines to remove with an entry: comment lines directly above it, at its own
// indentation, speak of it. Those at the top of a document do not: they speak of the whole.
std::uint32_t TextWriter::with_comments_above(const Change& change, std::size_t entry) const {
  const std::uint32_t start = change.entries[entry].start;
  std::uint32_t line = text_.line_start(start);
  if (entry == 0 && change.slot.kind == Slot::Kind::kRoot) return line;
  const std::uint32_t floor = entry == 0 ? 0 : text_.next_line(change.entries[entry - 1].end);
  const std::uint32_t column = text_.column(start);
  while (line > floor && line > 0) {
    const std::uint32_t above = text_.line_start(line - 1);
    const std::uint32_t first = text_.first_on_line(above);
    if (text_.at(first) != '#' || text_.column(first) != column) break;
    line = above;
  }
  return line;
}

void TextWriter::remove_lines(std::uint32_t from, std::uint32_t to) { add(from, to - from, ""); }

void TextWriter::insert_lines(std::uint32_t behind, std::uint32_t column,
                              const std::string& lines) {
  const std::string indented = std::string(column, ' ') + lines;
  if (text_.has_line_end(behind)) {
    add(text_.next_line(behind), 0, indented + std::string(text_.newline()));
  } else {
    add(text_.size(), 0, std::string(text_.newline()) + indented);
  }
}

}  // namespace yagura::kube::edit
