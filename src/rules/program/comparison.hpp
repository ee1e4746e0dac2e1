#pragma once

// One comparison of a value with constants, compiled.

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/event_view.hpp"
#include "rules/language/operators.hpp"
#include "rules/match/ip_set.hpp"
#include "rules/match/path_prefixes.hpp"
#include "rules/match/pattern.hpp"
#include "rules/match/string_set.hpp"

namespace yagura::rules {

// A position in RuleSet::values.
using ValueId = std::uint32_t;
inline constexpr ValueId kNoValue = std::numeric_limits<ValueId>::max();

// What the comparison reads of the value, and of the constants below.
enum class ComparisonKind : std::uint8_t {
  kExists,
  kText,        // op with `text`
  kTextSet,     // in `texts`
  kPattern,     // glob, iglob, regex
  kPathPrefix,  // pmatch
  kNumber,      // op with numbers.front()
  kNumberSet,   // in `numbers`
  kReal,        // op with `real`, or in `reals`
  kBoolean,     // = (numbers.front() != 0)
  kIp,          // in `networks`
  kDynamic,     // as the value is: number with numbers, text with texts
  kOtherValue,  // op with the value `right`
};

// How several elements of a value count: any suffices, or all must hold (and there must be one).
enum class Quantifier : std::uint8_t { kAny, kAll };

// What most evaluations read stands in the first cache line.
struct alignas(64) Comparison {
  ComparisonKind kind = ComparisonKind::kExists;
  Operator op = Operator::kExists;
  Quantifier quantifier = Quantifier::kAny;
  bool inverted = false;  // `!=`: holds where a value is there and the comparison fails
  ValueId value = 0;
  ValueId right = kNoValue;

  std::string text;
  StringSet texts;
  std::vector<std::int64_t> numbers;  // sorted
  double real = 0;
  std::vector<double> reals;
  IpSet networks;
  PathPrefixes prefixes;
  std::optional<Pattern> pattern;
};

// A value as the engine keeps it for an event.
struct CachedValue {
  Value value;
  std::uint64_t hash = 0;  // quick_hash of a text
};

// Every kind of comparison and value. Whether the comparison holds; an absent value fulfils none.
// `right` is read for kOtherValue alone.
[[nodiscard]] bool holds(const Comparison& test, const CachedValue& left, const Value& right);

}  // namespace yagura::rules
