#include "waf/operator/internal/edit_distance.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

namespace yagura::waf::internal {
namespace {

constexpr std::size_t kLongestName = 64;  // longer ones are no typing error

char to_lower(char byte) {
  return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + ('a' - 'A')) : byte;
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (to_lower(a[i - 1]) == to_lower(b[j - 1]) ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

std::string_view nearest_name(std::string_view name, std::span<const std::string_view> names) {
  const std::string_view start = name.substr(0, kLongestName);
  return *std::ranges::min_element(
      names, {}, [start](std::string_view known) { return edit_distance(start, known); });
}

}  // namespace yagura::waf::internal
