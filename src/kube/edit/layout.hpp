#pragma once

// Where the members of a map and the items of a list stand in the text, with all that belongs to
// them there, and in what style a document is written. Internal to src/kube.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kube/edit/source_text.hpp"
#include "kube/node.hpp"

namespace yagura::kube::edit {

// One member or item as written in its collection's own place.
struct Entry {
  std::size_t position = 0;  // in members() or items()
  std::uint32_t start = 0;   // its key (an item's: its dash, or its first byte in [ ])
  std::uint32_t after = 0;   // behind the ':' or '-', and behind an anchor and a tag
  std::uint32_t begin = 0;   // the value; begin == end where it is empty
  std::uint32_t end = 0;
  bool is_alias = false;      // the value is written as *name
  bool has_separator = true;  // false: a key without ':' in { }
};

// The entries that stand in the collection itself: members that a merge key brings in have none.
// Nothing where the text is not laid out as expected. Linear in the collection's own text.
[[nodiscard]] std::optional<std::vector<Entry>> own_entries(const SourceText& text,
                                                            const Node& collection);

// How a document is written: what something new should look like.
struct Style {
  std::uint32_t step = 2;         // columns that a nested map is indented by
  std::uint32_t list_offset = 2;  // columns from a key to the dashes of its list
  std::uint32_t dash_gap = 1;     // blanks behind a dash
};
[[nodiscard]] Style style_of(const SourceText& text, const Node& root);

}  // namespace yagura::kube::edit
