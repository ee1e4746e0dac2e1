#include "posture/control_index.hpp"

#include <algorithm>
#include <cctype>
#include <numeric>
#include <utility>

namespace yagura::posture {

namespace {

bool all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// Levenshtein distance, rows only. Ids are short, so the product of lengths is too.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      diagonal = above;
    }
  }
  return row.back();
}

constexpr std::size_t kMaxIdLength = 200;  // longer ones are nobody's id

}  // namespace

std::string normalised_id(std::string_view id) {
  std::string text(id.substr(0, kMaxIdLength));
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (text.starts_with("avd-")) text.erase(0, 4);
  for (const std::string_view prefix : {"ksv", "kcv"}) {
    if (!text.starts_with(prefix)) continue;
    std::string_view number = std::string_view(text).substr(prefix.size());
    if (number.starts_with('-')) number.remove_prefix(1);
    if (!all_digits(number)) continue;
    while (number.size() > 4 && number.front() == '0') number.remove_prefix(1);
    std::string padded(number.size() < 4 ? 4 - number.size() : 0, '0');
    return std::string(prefix) + "-" + padded + std::string(number);
  }
  return text;
}

bool ControlIndex::add(ControlPtr control) {
  const std::size_t position = controls_.size();
  if (!by_id_.emplace(normalised_id(control->id), position).second) return false;
  for (const std::string& alias : control->aliases)
    by_alias_.emplace(normalised_id(alias), position);
  controls_.push_back(std::move(control));
  return true;
}

std::vector<ControlPtr> ControlIndex::find(std::string_view id_or_alias) const {
  const std::string id = normalised_id(id_or_alias);
  if (const auto own = by_id_.find(id); own != by_id_.end()) return {controls_[own->second]};
  std::vector<std::size_t> positions;
  const auto [first, last] = by_alias_.equal_range(id);
  for (auto it = first; it != last; ++it) positions.push_back(it->second);
  std::ranges::sort(positions);
  const auto repeated = std::ranges::unique(positions);
  positions.erase(repeated.begin(), repeated.end());
  std::vector<ControlPtr> found;
  found.reserve(positions.size());
  for (const std::size_t position : positions) found.push_back(controls_[position]);
  return found;
}

std::vector<std::string> ControlIndex::similar(std::string_view id, std::size_t most) const {
  const std::string wanted = normalised_id(id);
  std::vector<std::pair<std::size_t, std::string>> ranked;
  for (const ControlPtr& control : controls_) {
    const std::string own = normalised_id(control->id);
    const bool contains = wanted.size() >= 4 && own.find(wanted) != std::string::npos;
    const std::size_t apart = contains ? 1 : distance(wanted, own);
    if (apart <= std::max<std::size_t>(2, wanted.size() / 3))
      ranked.emplace_back(apart, control->id);
  }
  std::ranges::sort(ranked);
  if (ranked.size() > most) ranked.resize(most);
  std::vector<std::string> ids;
  ids.reserve(ranked.size());
  for (auto& [apart, name] : ranked) ids.push_back(std::move(name));
  return ids;
}

}  // namespace yagura::posture
