#pragma once

// What is searched for in which forms, before any automaton is made of it.
//
// Forms are sorted by the bytes that they hold: most consist of letters, digits and a few signs.
// For each such alphabet every pattern is narrowed to what it can match there: patterns of quotes
// and brackets vanish from the plan of plain words, and the evasions that a pattern allows for
// between two letters shrink to the letters. So plain words meet a small database, and only forms
// with rare bytes meet the large ones, which are further divided by a byte that all of their
// patterns need (the gate).
//
// Of a pattern that cannot match without one of some words, the words are searched, not the
// pattern: what they let through goes to the operator anyway, and a database of words is small,
// fast and made in milliseconds. Patterns without such words are not searched at all: the operator
// is asked about every form that has a byte of the gate.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "waf/base/byte_set.hpp"
#include "waf/match/internal/regex_tree.hpp"
#include "waf/match/prefilter.hpp"

namespace yagura::waf::internal {

// From narrow to wide; the last one is every byte.
inline constexpr std::size_t kAlphabetCount = 4;
[[nodiscard]] std::span<const ByteSet, kAlphabetCount> alphabets();

struct Expression {
  std::uint32_t item = 0;
  regex::Node core;
};

// An item that is hit by every form of the alphabet that has a byte of each set (and meets the
// item's own conditions). An item may have several: one for each branch of its pattern.
struct DirectItem {
  std::uint32_t item = 0;
  std::vector<ByteSet> one_of;  // the rarest first

  [[nodiscard]] bool may_match(const ByteSet& present) const {
    for (const ByteSet& set : one_of) {
      if (!set.intersects(present)) return false;
    }
    return true;
  }
};

struct GroupPlan {
  std::vector<Expression> expressions;  // an item may have several
  ByteSet gate;                         // a form without any of these matches none
  std::uint8_t part = 0;
};

struct AlphabetPlan {
  std::vector<GroupPlan> groups;
  std::vector<DirectItem> direct;
};

struct ScanPlan {
  std::vector<AlphabetPlan> alphabets;     // as alphabets()
  std::vector<std::uint32_t> match_empty;  // items that the empty form hits
};

// Linear in the patterns' size times the number of alphabets.
[[nodiscard]] ScanPlan plan_scan(std::span<const PrefilterItem> items);

}  // namespace yagura::waf::internal
