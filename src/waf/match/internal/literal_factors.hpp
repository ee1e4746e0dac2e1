#pragma once

// Words that a match cannot do without. A database of words alone is scanned several times faster
// than one of patterns, takes milliseconds to compile and little memory; what it lets through is
// put to the operator itself, which is exact.

#include <optional>
#include <string>
#include <vector>

#include "waf/match/internal/regex_tree.hpp"

namespace yagura::waf::regex {

// A literal as a sequence of small classes: one byte each, or both cases of a letter.
struct Literal {
  std::vector<ByteSet> bytes;
};

// Every match of `node` contains one of the literals. None where the tree has no literals that
// ordinary text lacks: the choice is the set that ordinary text holds most rarely. Linear in the
// tree, its sets are bounded.
[[nodiscard]] std::optional<std::vector<Literal>> literal_factors(const Node& node);

}  // namespace yagura::waf::regex
