#include "sensor/incident/mitre.hpp"

#include <algorithm>
#include <iterator>

namespace yagura::sensor {

namespace {

struct Row {
  std::string_view tag;
  std::string_view id;
  std::string_view name;
};

constexpr Row kRows[] = {
#include "sensor/incident/mitre_table.inc"
};
static_assert(std::ranges::is_sorted(kRows, {}, &Row::tag));

// T and four digits, perhaps a dot and three more.
bool is_technique_id(std::string_view tag) {
  if (tag.size() != 5 && tag.size() != 9) return false;
  for (std::size_t i = 0; i < tag.size(); ++i) {
    const bool is_digit = tag[i] >= '0' && tag[i] <= '9';
    if (i == 0 ? tag[i] != 'T' : (i == 5 ? tag[i] != '.' : !is_digit)) return false;
  }
  return true;
}

}  // namespace

std::optional<Technique> find_technique(std::string_view tag) {
  const Row* const found = std::ranges::lower_bound(kRows, tag, {}, &Row::tag);
  if (found == std::end(kRows) || found->tag != tag) return std::nullopt;
  return Technique{.id = found->id, .name = found->name};
}

std::optional<std::string> readable_technique(std::string_view tag) {
  const auto technique = find_technique(tag);
  if (!technique) {
    return is_technique_id(tag) ? std::optional<std::string>(tag) : std::nullopt;
  }
  // Of a sub-technique the last part says it all.
  const std::size_t colon = technique->name.rfind(": ");
  const std::string_view name =
      colon == std::string_view::npos ? technique->name : technique->name.substr(colon + 2);
  return std::string(name) + " (" + std::string(technique->id) + ")";
}

}  // namespace yagura::sensor
