#include "image/packages/dpkg/relations.hpp"

#include <algorithm>

#include "image/packages/dpkg/paragraphs.hpp"

namespace yagura::image {

void append_relation_names(std::string_view field, std::size_t& budget,
                           std::vector<std::string>& names) {
  while (!field.empty() && budget > 0) {
    const auto end = std::min(field.find_first_of(",|"), field.size());
    std::string_view name = without_blanks(field.substr(0, end));
    name = name.substr(0, name.find_first_of(" \t\r\n:([<"));
    if (!name.empty() && (names.empty() || names.back() != name)) {
      names.emplace_back(name);
      --budget;
    }
    field.remove_prefix(std::min(end + 1, field.size()));
  }
}

SourceField parse_source_field(std::string_view field) {
  const auto open = field.find('(');
  if (open == std::string_view::npos) return {.name = without_blanks(field), .version = {}};
  const auto close = field.find(')', open);
  const std::string_view version = close == std::string_view::npos
                                       ? std::string_view{}
                                       : field.substr(open + 1, close - open - 1);
  return {.name = without_blanks(field.substr(0, open)), .version = without_blanks(version)};
}

}  // namespace yagura::image
