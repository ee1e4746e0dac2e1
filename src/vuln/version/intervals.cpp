// Intervals: maven.apache.org/pom.html "Dependency Version Requirement Specification",
// learn.microsoft.com/nuget/concepts/package-versioning "Version ranges".

#include "vuln/version/internal/ranges.hpp"
#include "vuln/version/internal/text.hpp"

namespace yagura::vuln::version {
namespace {

struct Interval {
  std::string_view low;  // empty: none
  std::string_view high;
  bool low_counts = false;
  bool high_counts = false;
};

std::optional<Interval> take_interval(std::string_view& text) {
  const bool low_counts = text.front() == '[';
  if (!low_counts && text.front() != '(') return std::nullopt;
  const auto close = text.find_first_of(")]", 1);
  if (close == std::string_view::npos) return std::nullopt;
  const std::string_view inner = text.substr(1, close - 1);
  Interval interval{.low_counts = low_counts, .high_counts = text[close] == ']'};
  text.remove_prefix(close + 1);
  const auto comma = inner.find(',');
  interval.low = trimmed(inner.substr(0, comma));
  if (comma == std::string_view::npos) {
    // "[1.0]": that one.
    if (interval.low.empty() || !interval.low_counts || !interval.high_counts) return std::nullopt;
    interval.high = interval.low;
  } else {
    interval.high = trimmed(inner.substr(comma + 1));
  }
  return interval;
}

bool holds(Scheme scheme, std::string_view version, const Interval& interval) {
  if (!interval.low.empty()) {
    const auto order = compare(scheme, version, interval.low);
    if (order < 0 || (order == 0 && !interval.low_counts)) return false;
  }
  if (!interval.high.empty()) {
    const auto order = compare(scheme, version, interval.high);
    if (order > 0 || (order == 0 && !interval.high_counts)) return false;
  }
  return true;
}

}  // namespace

std::optional<bool> in_intervals(Scheme scheme, std::string_view version, std::string_view range) {
  if (range.empty()) return std::nullopt;
  if (range.front() != '[' && range.front() != '(') {
    if (range == "*") return true;
    const auto order = compare(scheme, version, range);
    return scheme == Scheme::kNuget ? order >= 0 : order == 0;
  }
  bool any = false;
  while (!range.empty()) {
    const auto interval = take_interval(range);
    if (!interval) return std::nullopt;
    any = any || holds(scheme, version, *interval);
    take_while(range, [](char c) { return is_blank(c) || c == ','; });
    if (range.starts_with("||")) range = trimmed(range.substr(2));
  }
  return any;
}

}  // namespace yagura::vuln::version
