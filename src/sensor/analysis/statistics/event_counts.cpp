#include "sensor/analysis/statistics/event_counts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace yagura::sensor {

namespace {

constexpr std::uint32_t kNever = 0;

bool is_judged(EventClass c) { return c != EventClass::kNothing && c != EventClass::kExit; }

}  // namespace

EventCounts::EventCounts(const EventCountOptions& options, AlertSink& sink)
    : options_(options),
      sink_(sink),
      kind_{.origin = AlertOrigin::kStatistics,
            .rule = "Unusual number of events in workload",
            .priority = "Notice",
            .output =
                "Far more events of a kind than usual in this workload "
                "(last_event=%evt.type process=%proc.name command=%proc.cmdline "
                "user=%user.name container=%container.name "
                "image=%container.image.repository pod=%k8s.pod.name ns=%k8s.ns.name)",
            .tags = {"statistics"}} {}

const MovingStatistics* EventCounts::find(std::uint32_t workload, EventClass c) const {
  if (workload >= counts_.size() || !counts_[workload]) return nullptr;
  return &counts_[workload]->usual[static_cast<std::size_t>(c)];
}

void EventCounts::on_tick(std::int64_t wall_ns) {
  if (window_end_ != 0 && wall_ns >= window_end_) close_window(wall_ns);
}

void EventCounts::prepare(const SensorEvent& event, const EventFacts& facts) {
  if (event.wall_ns >= window_end_) close_window(event.wall_ns);
  while (counts_.size() <= facts.workload->number) counts_.push_back(std::make_unique<Counts>());
}

void EventCounts::close_window(std::int64_t wall_ns) {
  const bool is_first = window_end_ == 0;
  window_end_ = wall_ns - wall_ns % options_.window_ns + options_.window_ns;
  if (is_first) return;
  for (const auto& counts : counts_) {
    const bool did_something =
        std::ranges::any_of(counts->now, [](std::uint32_t count) { return count != 0; });
    if (!did_something) continue;
    for (std::size_t i = 0; i < kEventClasses; ++i) counts->usual[i].add(counts->now[i]);
    counts->now = {};
    set_alarms(*counts);
  }
}

// The smallest count whose z-score reaches the limit.
void EventCounts::set_alarms(Counts& counts) const {
  for (std::size_t i = 0; i < kEventClasses; ++i) {
    const MovingStatistics& usual = counts.usual[i];
    counts.alarm_at[i] = kNever;
    if (usual.windows() < options_.min_windows || !is_judged(static_cast<EventClass>(i))) continue;
    const double limit = std::ceil(usual.mean() + options_.min_score * usual.deviation());
    counts.alarm_at[i] =
        static_cast<std::uint32_t>(std::clamp(limit, static_cast<double>(options_.min_count), 4e9));
  }
}

void EventCounts::alarm(const SensorEvent& event, const EventFacts& facts, Counts& counts) {
  const auto i = static_cast<std::size_t>(facts.event_class);
  const MovingStatistics& usual = counts.usual[i];
  const double count = counts.now[i];
  const double z = usual.z_score(count);
  const bool is_far = z >= 2 * options_.min_score;
  const bool is_recent =
      counts.last_alarm[i] != 0 && event.wall_ns - counts.last_alarm[i] < options_.repeat_ns;
  const bool is_repeated = is_recent && (counts.was_far[i] || !is_far);
  if (!is_repeated) {
    Notice(kind_)
        .priority(is_far ? "Warning" : "Notice")
        .field("yagura.workload", facts.workload->key)
        .field("yagura.class", std::string(to_string(facts.event_class)))
        .field("yagura.count", fmt::format("{:.0f}", count))
        .field("yagura.usual", fmt::format("{:.1f} +- {:.1f}", usual.mean(), usual.deviation()))
        .field("yagura.z_score", fmt::format("{:.1f}", z))
        .score(0.3 + 0.4 * std::min(1.0, z / (4 * options_.min_score)))
        .send(sink_, event);
    counts.last_alarm[i] = event.wall_ns;
    counts.was_far[i] = is_far;
  }
  // Once more within the window, when it is twice as far.
  const double next = std::ceil(usual.mean() + 2 * options_.min_score * usual.deviation());
  if (!is_far && next > count && next < 4e9) {
    counts.alarm_at[i] = static_cast<std::uint32_t>(next);
  }
}

}  // namespace yagura::sensor
