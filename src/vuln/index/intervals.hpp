#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "vuln/feeds/record.hpp"
#include "vuln/version/scheme.hpp"

namespace yagura::vuln {

// Affected versions between two points.
struct Interval {
  enum class End : std::uint8_t { kNone, kFixed, kLastAffected };
  std::string_view introduced;  // empty: from the first version on
  End end_kind = End::kNone;
  std::string_view end;  // kFixed: the first version that is not affected
};

[[nodiscard]] bool contains(Scheme scheme, const Interval& interval, std::string_view version);

// The intervals of one range's events by the OSV schema's evaluation: events in the order of their
// versions (those of equal versions as the record has them, last_affected behind the others);
// `limit` closes what reaches over the highest of them. The views point into the range.
[[nodiscard]] std::vector<Interval> intervals_of(Scheme scheme, const Range& range);

// The versions that no interval contains, in the scheme's order, each once.
[[nodiscard]] std::vector<std::string_view> versions_beside(
    Scheme scheme, const std::vector<std::string>& versions,
    const std::vector<Interval>& intervals);

}  // namespace yagura::vuln
