// Which bytes must be in a match. A sequence needs what each of its parts needs; a choice needs one
// byte of the union of what its branches need, taken pairwise from the rarest on, so that
// `"a"|"b"` still asks for a quote.

#include <algorithm>
#include <array>
#include <utility>

#include "waf/match/internal/regex_tree.hpp"

namespace yagura::waf::regex {

namespace {

using Sets = std::vector<ByteSet>;  // the rarest first, none a superset of another

// What a sequence may carry on to an enclosing choice; more than is kept in the end, so that
// branches find partners.
constexpr std::size_t kCarried = 2 * kConditionSets;

// Thousandths of ordinary values that have the byte.
constexpr std::array<std::uint16_t, 256> make_frequencies() {
  std::array<std::uint16_t, 256> table{};
  for (std::size_t byte = 0; byte < 256; ++byte) table[byte] = byte < 0x20 ? 1 : 4;
  for (std::size_t byte = 'a'; byte <= 'z'; ++byte) table[byte] = 300;
  for (const char common : {'e', 't', 'a', 'o', 'i', 'n', 's', 'r'}) {
    table[static_cast<unsigned char>(common)] = 500;
  }
  for (std::size_t byte = 'A'; byte <= 'Z'; ++byte) table[byte] = 80;
  for (std::size_t byte = '0'; byte <= '9'; ++byte) table[byte] = 150;
  table[' '] = 400;
  for (const char usual : {'.', '-', '_', '/', ':', ','}) {
    table[static_cast<unsigned char>(usual)] = 150;
  }
  for (const char rarer : {'=', '?', '&', '+', '@', '%', '(', ')', ';', '"', '\''}) {
    table[static_cast<unsigned char>(rarer)] = 30;
  }
  table['\n'] = table['\r'] = table['\t'] = 20;
  return table;
}

constexpr std::array<std::uint16_t, 256> kFrequencies = make_frequencies();

void keep_the_best(Sets& sets, std::size_t limit) {
  std::ranges::stable_sort(sets, {}, [](const ByteSet& set) { return frequency(set); });
  Sets kept;
  for (const ByteSet& set : sets) {
    if (kept.size() == limit) break;
    const bool implied =
        std::ranges::any_of(kept, [&](const ByteSet& other) { return other.is_subset_of(set); });
    if (!implied && set != ByteSet::all()) kept.push_back(set);
  }
  sets = std::move(kept);
}

Sets required_sets(const Node& node);

Sets of_choice(const Node& node) {
  Sets united;
  for (std::size_t branch = 0; branch < node.children.size(); ++branch) {
    Sets own = required_sets(node.children[branch]);
    if (branch == 0) {
      united = std::move(own);
      continue;
    }
    united.resize(std::min(united.size(), own.size()));
    for (std::size_t i = 0; i < united.size(); ++i) united[i] |= own[i];
    if (united.empty()) break;
  }
  keep_the_best(united, kCarried);
  return united;
}

Sets required_sets(const Node& node) {
  switch (node.kind) {
    case Kind::kClass: {
      Sets sets{node.bytes};
      keep_the_best(sets, kCarried);
      return sets;
    }
    case Kind::kConcat: {
      Sets sets;
      for (const Node& child : node.children) {
        const Sets own = required_sets(child);
        sets.insert(sets.end(), own.begin(), own.end());
        if (sets.size() > 8 * kCarried) keep_the_best(sets, kCarried);
      }
      keep_the_best(sets, kCarried);
      return sets;
    }
    case Kind::kAlternate:
      return of_choice(node);
    case Kind::kRepeat:
      return node.min == 0 ? Sets{} : required_sets(node.children.front());
    default:
      return {};
  }
}

}  // namespace

std::uint32_t frequency(const ByteSet& bytes) {
  std::uint32_t sum = 0;
  for (std::size_t byte = 0; byte < kFrequencies.size(); ++byte) {
    if (bytes.contains(static_cast<unsigned char>(byte))) sum += kFrequencies[byte];
  }
  return sum;
}

ByteCondition condition_of(const Node& node) {
  ByteCondition condition{.one_of = required_sets(node), .min_length = min_length(node)};
  keep_the_best(condition.one_of, kConditionSets);
  return condition;
}

}  // namespace yagura::waf::regex
