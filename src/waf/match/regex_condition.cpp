// Which bytes must be in a match. A sequence needs what each of its parts needs; a choice needs one
// byte of the union of what its branches need, taken pairwise from the rarest on, so that
// `"a"|"b"` still asks for a quote.

#include <algorithm>
#include <array>
#include <utility>

#include "waf/match/internal/regex_tree.hpp"

namespace yagura::waf::regex {

namespace {

// A set with how often ordinary values meet it, which is asked for often and costly to say.
struct Required {
  ByteSet bytes;
  std::uint32_t frequency = 0;
};

using Sets = std::vector<Required>;  // the rarest first, none a superset of another

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

Required required(const ByteSet& bytes) { return {.bytes = bytes, .frequency = frequency(bytes)}; }

void keep_the_best(Sets& sets, std::size_t limit) {
  if (sets.size() > 1) std::ranges::stable_sort(sets, {}, &Required::frequency);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < sets.size() && kept < limit; ++i) {
    const ByteSet& set = sets[i].bytes;
    const bool implied =
        std::any_of(sets.begin(), sets.begin() + static_cast<std::ptrdiff_t>(kept),
                    [&](const Required& other) { return other.bytes.is_subset_of(set); });
    if (!implied && set != ByteSet::all()) sets[kept++] = sets[i];
  }
  sets.resize(kept);
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
    for (std::size_t i = 0; i < united.size(); ++i) united[i].bytes |= own[i].bytes;
    if (united.empty()) break;
  }
  for (Required& each : united) each = required(each.bytes);
  keep_the_best(united, kCarried);
  return united;
}

Sets required_sets(const Node& node) {
  switch (node.kind) {
    case Kind::kClass: {
      if (node.bytes == ByteSet::all()) return {};
      return {required(node.bytes)};
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
  bytes.for_each([&](unsigned char byte) { sum += kFrequencies[byte]; });
  return sum;
}

ByteCondition condition_of(const Node& node) {
  Sets sets = required_sets(node);
  keep_the_best(sets, kConditionSets);
  ByteCondition condition{.min_length = min_length(node)};
  for (const Required& each : sets) condition.one_of.push_back(each.bytes);
  return condition;
}

}  // namespace yagura::waf::regex
