#pragma once

// Rules that compare one member of TX with a number: defaults ("is it set?"), jumps over higher
// paranoia levels, sums. In the Core Rule Set they are three of four rules that every exchange has
// to evaluate, and mostly they say no: that is decided here, without an operator and without a
// text. One that says yes is evaluated like any other rule, unless all that it does is jump.

#include <cstdint>
#include <optional>
#include <string_view>

#include "waf/compile/rule_set.hpp"
#include "waf/engine/internal/tx_store.hpp"

namespace yagura::waf::internal {

struct NumberGuard {
  enum class Compare : std::uint8_t { kEq, kGe, kGt, kLe, kLt } compare = Compare::kEq;
  bool counts = false;  // &TX:name: 1 where it is set
  bool negated = false;
  // The rule does nothing but jump: nothing is logged, set or refused when it matches.
  bool only_jumps = false;
  std::uint32_t slot = 0;
  std::uint32_t bound_slot = kNone;  // the number is this member's; kNone: `bound`
  std::int64_t bound = 0;
};

// Of a rule (or the first link of a chain) of that form; none: it is of another.
[[nodiscard]] std::optional<NumberGuard> number_guard_of(const Rule& rule);

// Of a rule that is not a chain, whether it matches; false: nor does the chain.
[[nodiscard]] bool holds(const NumberGuard& guard, TxStore& tx);

// What the rule compares, as MATCHED_VAR has it.
[[nodiscard]] std::string_view text_of(const NumberGuard& guard, TxStore& tx);

}  // namespace yagura::waf::internal
