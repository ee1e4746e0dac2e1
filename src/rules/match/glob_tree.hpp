#pragma once

// A glob as a tree: fnmatch(3) with FNM_EXTMATCH, on bytes. Internal to src/rules/match.

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "rules/match/pattern.hpp"

namespace yagura::rules {

using ByteSet = std::bitset<256>;

struct GlobPart;
using GlobSequence = std::vector<GlobPart>;

struct GlobPart {
  enum class Kind : std::uint8_t { kByte, kAnything, kGroup };

  Kind kind = Kind::kByte;
  ByteSet bytes;      // kByte: one of them
  char repeat = '@';  // kGroup: @ once, ? at most once, * + often, ! anything else
  std::vector<GlobSequence> alternatives;  // kGroup
};

struct GlobTree {
  GlobSequence sequence;
  bool has_negation = false;
};

inline constexpr std::size_t kMaxGlobGroups = 100;

// Errors: a group that is not closed, too many of them, a range from high to low, an unknown class.
// A bracket that does not close stands for itself. For kInsensitive the sets hold both cases.
// Linear.
[[nodiscard]] Result<GlobTree> parse_glob(std::string_view glob, PatternCase letters);

}  // namespace yagura::rules
