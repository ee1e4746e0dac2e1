#include "waf/seclang/nearest.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "waf/seclang/ascii.hpp"

namespace yagura::waf::seclang {
namespace {

constexpr std::size_t kLongestName = 64;  // longer ones are no misspelling of anything

// Optimal string alignment distance of two texts of at most kLongestName bytes, or `limit` (at
// least 1) where it is no less. Only the cells of its table less than `limit` off the diagonal are
// looked at: the others are not below it, and most names end in the first rows.
std::size_t edits_below(std::size_t limit, std::string_view a, std::string_view b) {
  if (std::max(a.size(), b.size()) - std::min(a.size(), b.size()) >= limit) return limit;
  std::array<std::array<std::size_t, kLongestName + 1>, 3> rows;
  for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto& row = rows[i % 3];
    const auto& above = rows[(i + 2) % 3];
    const auto& two_above = rows[(i + 1) % 3];
    const std::size_t first = i < limit ? 1 : i - limit + 1;
    const std::size_t last = std::min(b.size(), i + limit - 1);
    row[first - 1] = first == 1 ? i : limit;
    if (last < b.size()) row[last + 1] = limit;  // read by the next row
    std::size_t least = row[first - 1];
    for (std::size_t j = first; j <= last; ++j) {
      const bool same = a[i - 1] == b[j - 1];
      row[j] = std::min(std::min(above[j], row[j - 1]) + 1, above[j - 1] + (same ? 0U : 1U));
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], two_above[j - 2] + 1);
      least = std::min(least, row[j]);
    }
    if (least >= limit) return limit;
  }
  return std::min(limit, rows[a.size() % 3][b.size()]);
}

// In a buffer of the caller's: no allocation for each candidate.
std::string_view lower_in(std::array<char, kLongestName>& buffer, std::string_view text) {
  std::transform(text.begin(), text.end(), buffer.begin(), to_lower);
  return {buffer.data(), text.size()};
}

// The kinds of bytes that occur in a text, folded into 64. An edit brings in one at most and takes
// away one at most.
std::uint64_t kinds_in(std::string_view text) {
  std::uint64_t kinds = 0;
  for (const char byte : text) kinds |= std::uint64_t{1} << (static_cast<unsigned char>(byte) & 63);
  return kinds;
}

bool may_be_below(std::size_t limit, std::uint64_t a, std::uint64_t b) {
  const int edits = std::max(std::popcount(a & ~b), std::popcount(b & ~a));
  return static_cast<std::size_t>(edits) < limit;
}

}  // namespace

std::string_view nearest_name(std::string_view name, std::span<const std::string_view> candidates) {
  if (name.empty() || name.size() > kLongestName) return {};
  std::array<char, kLongestName> name_buffer;
  std::array<char, kLongestName> candidate_buffer;
  const std::string_view lowered = lower_in(name_buffer, name);
  const std::uint64_t kinds = kinds_in(lowered);
  std::string_view best;
  std::size_t least = std::max<std::size_t>(1, name.size() / 3) + 1;
  for (const std::string_view candidate : candidates) {
    if (candidate.empty() || candidate.size() > kLongestName) continue;
    const std::string_view other = lower_in(candidate_buffer, candidate);
    if (!may_be_below(least, kinds, kinds_in(other))) continue;
    const std::size_t distance = edits_below(least, lowered, other);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

std::string nearest_hint(std::string_view name, std::span<const std::string_view> candidates) {
  const std::string_view best = nearest_name(name, candidates);
  return best.empty() ? std::string() : "did you mean " + std::string(best) + "?";
}

}  // namespace yagura::waf::seclang
