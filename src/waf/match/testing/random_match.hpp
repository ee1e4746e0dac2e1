#pragma once

// Texts that a pattern probably matches, and texts that nearly are: for differential tests.

#include <random>
#include <string>

#include "waf/match/internal/regex_tree.hpp"

namespace yagura::waf::testing {

using Random = std::minstd_rand;

// A text of the tree's language (which is a little wider than the pattern's), at most about
// `kTextLimit` bytes.
inline constexpr std::size_t kTextLimit = 400;
[[nodiscard]] std::string random_match(const regex::Node& node, Random& random);

// `text` with up to three bytes changed, dropped or doubled, or with its case changed.
[[nodiscard]] std::string mutated(std::string text, Random& random);

}  // namespace yagura::waf::testing
