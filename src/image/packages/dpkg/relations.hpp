#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace yagura::image {

// Appends the names of a relation field (Debian Policy 7.1): "a (>= 1) | b:any, c [amd64]" gives a,
// b, c. What comes twice in a row is told once. Each takes one of `budget`; none left: the field is
// cut.
void append_relation_names(std::string_view field, std::size_t& budget,
                           std::vector<std::string>& names);

// "source (1.2-3)" or "source": the Source field (Policy 5.6.1). The version is empty where none is
// told.
struct SourceField {
  std::string_view name;
  std::string_view version;
};
[[nodiscard]] SourceField parse_source_field(std::string_view field);

}  // namespace yagura::image
