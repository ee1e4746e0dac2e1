#include "rules/compile/lists.hpp"

// Lists are expanded in order of their first definition. A name is a list's where that one was
// first defined before the last change of the list that names it, as in Falco: a later file that
// defines an inner list anew takes nothing from the lists around it. Any other name is an item as
// it stands. No recursion, and items that come twice are kept once, so that lists of lists cannot
// grow without bound.

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "rules/language/parser.hpp"

namespace yagura::rules {

Lists::Lists(const Definitions& definitions, std::size_t max_items, Diagnostics& diagnostics)
    : diagnostics_(&diagnostics), left_(max_items) {
  std::vector<const ListDefinition*> order;
  for (const ListDefinition& list : definitions.lists.entries()) {
    order.push_back(&list);
    used_[list.name] = false;
  }
  std::ranges::sort(order, {}, &ListDefinition::index);
  for (const ListDefinition* list : order) expand(*list, definitions);
}

void Lists::expand(const ListDefinition& list, const Definitions& definitions) {
  std::vector<std::string> items;
  std::unordered_set<std::string> seen;
  const auto add = [&](const std::string& text) {
    if (left_ == 0) {
      if (!told_limit_) {
        diagnostics_->error(list.place.file, list.place.line, list.place.column,
                            "the lists have too many items");
      }
      told_limit_ = true;
    } else if (seen.insert(text).second) {
      items.push_back(text);
      --left_;
    }
  };
  for (const TextItem& item : list.items) {
    const auto value = parse_item(item.text);
    if (!value) {
      diagnostics_->error(item.place.file, item.place.line, item.place.column,
                          value.error().message, value.error().hint);
      continue;
    }
    const ListDefinition* const inner =
        value->quoted ? nullptr : definitions.lists.find(value->text);
    if (inner == nullptr || inner->index >= list.visibility || inner == &list) {
      add(value->text);
      continue;
    }
    used_[inner->name] = true;
    if (const auto expanded = items_.find(inner->name); expanded != items_.end()) {
      for (const std::string& text : expanded->second) add(text);
      continue;
    }
    // First defined between this list's definition and its last change: as it is written.
    for (const TextItem& inner_item : inner->items) {
      if (const auto inner_value = parse_item(inner_item.text)) add(inner_value->text);
    }
  }
  items_[list.name] = std::move(items);
}

const std::vector<std::string>* Lists::find(std::string_view name) {
  const auto found = items_.find(std::string(name));
  if (found == items_.end()) return nullptr;
  used_[found->first] = true;
  return &found->second;
}

}  // namespace yagura::rules
