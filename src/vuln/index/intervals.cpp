#include "vuln/index/intervals.hpp"

#include <algorithm>
#include <optional>

namespace yagura::vuln {

namespace {

bool less(Scheme scheme, const Event& a, const Event& b) {
  const bool a_first = a.kind == Event::Kind::kIntroduced && a.version == "0";
  const bool b_first = b.kind == Event::Kind::kIntroduced && b.version == "0";
  if (a_first || b_first) return a_first && !b_first;
  if (const auto order = compare(scheme, a.version, b.version); order != 0) return order < 0;
  return a.kind != Event::Kind::kLastAffected && b.kind == Event::Kind::kLastAffected;
}

// Nothing: no limit, or "*", which is none.
std::optional<std::string_view> highest_limit(Scheme scheme, const Range& range) {
  std::optional<std::string_view> highest;
  for (const Event& event : range.events) {
    if (event.kind != Event::Kind::kLimit) continue;
    if (event.version == "*") return std::nullopt;
    if (!highest || compare(scheme, *highest, event.version) < 0) highest = event.version;
  }
  return highest;
}

void apply_limit(Scheme scheme, std::string_view limit, std::vector<Interval>& intervals) {
  std::erase_if(intervals, [&](const Interval& interval) {
    return !interval.introduced.empty() && compare(scheme, interval.introduced, limit) >= 0;
  });
  for (Interval& interval : intervals) {
    const bool reaches_over =
        interval.end_kind == Interval::End::kNone || compare(scheme, interval.end, limit) >= 0;
    if (!reaches_over) continue;
    interval.end_kind = Interval::End::kFixed;
    interval.end = limit;
  }
}

}  // namespace

bool contains(Scheme scheme, const Interval& interval, std::string_view version) {
  if (!interval.introduced.empty() && compare(scheme, version, interval.introduced) < 0) {
    return false;
  }
  switch (interval.end_kind) {
    case Interval::End::kNone:
      return true;
    case Interval::End::kFixed:
      return compare(scheme, version, interval.end) < 0;
    case Interval::End::kLastAffected:
      return compare(scheme, version, interval.end) <= 0;
  }
  return false;
}

std::vector<Interval> intervals_of(Scheme scheme, const Range& range) {
  std::vector<const Event*> events;
  for (const Event& event : range.events) {
    if (event.kind != Event::Kind::kLimit) events.push_back(&event);
  }
  std::ranges::stable_sort(
      events, [scheme](const Event* a, const Event* b) { return less(scheme, *a, *b); });
  std::vector<Interval> intervals;
  bool open = false;
  for (const Event* event : events) {
    if (event->kind == Event::Kind::kIntroduced) {
      if (open) continue;
      intervals.push_back({.introduced = event->version == "0" ? std::string_view()
                                                               : std::string_view(event->version),
                           .end_kind = Interval::End::kNone,
                           .end = {}});
      open = true;
    } else if (open) {
      intervals.back().end_kind =
          event->kind == Event::Kind::kFixed ? Interval::End::kFixed : Interval::End::kLastAffected;
      intervals.back().end = event->version;
      open = false;
    }
  }
  if (const auto limit = highest_limit(scheme, range)) apply_limit(scheme, *limit, intervals);
  // introduced and fixed by one version: nothing is between
  std::erase_if(intervals, [scheme](const Interval& interval) {
    return interval.end_kind == Interval::End::kFixed && !interval.introduced.empty() &&
           compare(scheme, interval.introduced, interval.end) == 0;
  });
  return intervals;
}

std::vector<std::string_view> versions_beside(Scheme scheme,
                                              const std::vector<std::string>& versions,
                                              const std::vector<Interval>& intervals) {
  std::vector<std::string_view> beside;
  for (const std::string& version : versions) {
    const bool inside = std::ranges::any_of(
        intervals, [&](const Interval& interval) { return contains(scheme, interval, version); });
    if (!inside) beside.push_back(version);
  }
  // Orders of two ecosystems are not total (scheme.hpp): a merge sort stays within bounds then.
  std::ranges::stable_sort(beside, [scheme](std::string_view a, std::string_view b) {
    const auto order = compare(scheme, a, b);
    return order != 0 ? order < 0 : a < b;
  });
  const auto same = std::ranges::unique(beside, [scheme](std::string_view a, std::string_view b) {
    return compare(scheme, a, b) == 0;
  });
  beside.erase(same.begin(), same.end());
  return beside;
}

}  // namespace yagura::vuln
