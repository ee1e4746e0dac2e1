#include "rules/language/suggest.hpp"

#include <algorithm>
#include <numeric>

namespace yagura::rules {

namespace {

constexpr std::size_t kLongestName = 64;  // longer ones are no slips

// Damerau's distance with swaps of neighbours, in three rows.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> now(b.size() + 1);
  std::iota(last.begin(), last.end(), 0U);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    now[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        now[j] = std::min(now[j], before[j - 2] + 1);
      }
    }
    before.swap(last);
    last.swap(now);
  }
  return last[b.size()];
}

}  // namespace

std::string_view nearest_name(std::string_view name,
                              const std::vector<std::string_view>& candidates) {
  if (name.empty() || name.size() > kLongestName) return {};
  const std::size_t most = std::max<std::size_t>(1, name.size() / 3);
  std::size_t best = most + 1;
  std::string_view found;
  for (const std::string_view candidate : candidates) {
    if (candidate.size() > name.size() + most || name.size() > candidate.size() + most) continue;
    const std::size_t edits = distance(name, candidate);
    if (edits < best) {
      best = edits;
      found = candidate;
    }
  }
  return found;
}

std::string did_you_mean(std::string_view name, const std::vector<std::string_view>& candidates,
                         std::string_view otherwise) {
  const std::string_view found = nearest_name(name, candidates);
  if (found.empty()) return std::string(otherwise);
  return "did you mean \"" + std::string(found) + "\"?";
}

}  // namespace yagura::rules
