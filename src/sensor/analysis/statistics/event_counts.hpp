#pragma once

// How often each workload does each kind of thing, window by window, and alerts where a window is
// far from usual. Never more than a Warning: a count alone proves nothing.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sensor/analysis/facts/event_facts.hpp"
#include "sensor/analysis/facts/notice.hpp"
#include "sensor/analysis/statistics/moving_statistics.hpp"

namespace yagura::sensor {

struct EventCountOptions {
  std::int64_t window_ns = 60'000'000'000;
  std::uint32_t min_windows = 30;              // of a workload, before anything is judged
  double min_score = 8;                        // z-score for a Notice; twice as much for a Warning
  std::uint32_t min_count = 50;                // windows with fewer events are never strange
  std::int64_t repeat_ns = 3'600'000'000'000;  // for the same workload and class
};

// Only windows in which the workload did something are counted as seen; a window is closed by the
// first event or tick after it.
class EventCounts {
 public:
  EventCounts(const EventCountOptions& options, AlertSink& sink);

  // Precondition: facts.workload is not null. O(1) but for the first event of a new window.
  void on_event(const SensorEvent& event, const EventFacts& facts) {
    if (facts.workload->number >= counts_.size() || event.wall_ns >= window_end_) {
      prepare(event, facts);
    }
    Counts& counts = *counts_[facts.workload->number];
    const std::uint32_t count = ++counts.now[static_cast<std::size_t>(facts.event_class)];
    if (count == counts.alarm_at[static_cast<std::size_t>(facts.event_class)]) {
      alarm(event, facts, counts);
    }
  }
  void on_tick(std::int64_t wall_ns);

  [[nodiscard]] const MovingStatistics* find(std::uint32_t workload, EventClass c) const;

 private:
  struct Counts {
    std::array<std::uint32_t, kEventClasses> now{};
    // The count at which this window becomes strange, worked out when the window opens, so that an
    // event costs a comparison; never reached: 0.
    std::array<std::uint32_t, kEventClasses> alarm_at{};
    std::array<MovingStatistics, kEventClasses> usual;
    std::array<std::int64_t, kEventClasses> last_alarm{};
    std::array<bool, kEventClasses> was_far{};  // the last alarm was a Warning
  };

  void prepare(const SensorEvent& event, const EventFacts& facts);
  void close_window(std::int64_t wall_ns);
  void set_alarms(Counts& counts) const;
  void alarm(const SensorEvent& event, const EventFacts& facts, Counts& counts);

  EventCountOptions options_;
  AlertSink& sink_;
  NoticeKind kind_;
  std::vector<std::unique_ptr<Counts>> counts_;  // by workload
  std::int64_t window_end_ = 0;
};

}  // namespace yagura::sensor
