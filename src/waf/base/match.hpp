#pragma once

// What every matcher answers with, and what the first stage may look for on its behalf.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace yagura::waf {

enum class OperatorResult : std::uint8_t {
  kNoMatch,
  kMatch,
  kNotEvaluated,  // a limit was reached (match steps, a DNS answer that did not come): counted,
                  // reported
};

// What TX:0 to TX:9 get from a rule with `capture`. Views of the value or of the operator's own
// text.
struct Captures {
  std::array<std::string_view, 10> group{};
  std::uint8_t count = 0;  // groups set, from 0 on

  void add(std::string_view text) {
    if (count < group.size()) group[count++] = text;
  }
};

// What the first stage may look for on behalf of an operator: a text that the operator matches
// contains a match of `regex` (PCRE syntax, DOTALL, see waf/match/pattern.hpp), or one of
// `phrases`.
struct ScanPattern {
  std::string regex;                 // used where `phrases` is empty
  bool caseless = false;             // for both
  std::vector<std::string> phrases;  // literal bytes, none empty
};

}  // namespace yagura::waf
