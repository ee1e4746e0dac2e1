#pragma once

// A regular expression as a tree over sets of bytes: what the first stage and byte conditions are
// derived from. It says what a pattern can match *at most*: whatever the tree cannot express
// (backreferences, recursion, conditions) stands as "any text", and lookarounds as nothing at all,
// so that each text that PCRE2 matches is also a match of the tree. Letters of caseless patterns
// are sets of both cases.
//
// Syntax read: PCRE2 10.42 without UTF (pcre2pattern(3)).

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "waf/base/byte_set.hpp"

namespace yagura::waf::regex {

inline constexpr std::uint32_t kUnlimited = 0xffff'ffff;

enum class Kind : std::uint8_t {
  kEmpty,
  kClass,            // one byte of `bytes`; an empty set never matches
  kConcat,           // children one after the other
  kAlternate,        // one of the children
  kRepeat,           // children[0], `min` to `max` times
  kStart,            // ^ \A: start of the text, or of a line in multi-line mode
  kEnd,              // $ \z \Z
  kWordBoundary,     // \b
  kNotWordBoundary,  // \B
};

struct Node {
  Kind kind = Kind::kEmpty;
  ByteSet bytes;
  std::uint32_t min = 0, max = 0;
  std::vector<Node> children;
};

[[nodiscard]] Node class_of(const ByteSet& bytes);
[[nodiscard]] Node concat(std::vector<Node> children);     // flattened; one child: itself
[[nodiscard]] Node alternate(std::vector<Node> children);  // flattened; single bytes merged
[[nodiscard]] Node repeat(Node child, std::uint32_t min, std::uint32_t max);
[[nodiscard]] Node any_text();  // every text, the empty one too
[[nodiscard]] Node nothing();   // matches never
[[nodiscard]] bool is_nothing(const Node& node);

// Both cases of every ASCII letter of `bytes`.
[[nodiscard]] ByteSet both_cases(ByteSet bytes);

// Linear in `text`; nesting deeper than 200 groups and syntax that PCRE2 would refuse give
// any_text().
[[nodiscard]] Node parse(std::string_view text, bool caseless);

// The shortest match in bytes, saturating.
[[nodiscard]] std::size_t min_length(const Node& node);

// Nodes of the tree with repetitions written out (`a{3}` is three): the size that an automaton
// would have, saturating.
[[nodiscard]] std::size_t expanded_size(const Node& node);

// What every match contains: at most `kConditionSets` sets, the rarest in ordinary text first.
inline constexpr std::size_t kConditionSets = 4;
[[nodiscard]] ByteCondition condition_of(const Node& node);

// How often ordinary text (names, numbers, sentences, URLs) has a byte of the set, in thousandths.
[[nodiscard]] std::uint32_t frequency(const ByteSet& bytes);

}  // namespace yagura::waf::regex
