#pragma once

// Between those who raise alerts and those who write them: of the same rule in the same pod (or
// container, or on the host) the first alerts go through at once, and the ones that follow within
// the window become one with a count when the window ends.
//
// A summary is the last of them, with yagura.count (how many it stands for, the first one not
// counted), yagura.first and yagura.last (times, RFC 3339), and yagura.processes (up to five
// different command names with their counts). When there was more than one window's worth without
// a pause, the next window is twice as long, up to max_window_ns.

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sensor/analysis/aggregate/stored_event.hpp"
#include "sensor/event/alert.hpp"

namespace yagura::sensor {

struct AggregatorOptions {
  std::int64_t window_ns = 60'000'000'000;
  std::int64_t max_window_ns = 3600'000'000'000;
  // Of a window that go through at once: more than a few are a storm.
  std::uint32_t at_once = 1;
  std::size_t max_groups = 4096;  // of rule and pod; each keeps one event (8 KiB at most)
  std::size_t max_event_bytes = 8192;
};

struct AggregatorCounts {
  std::uint64_t received = 0;
  std::uint64_t passed = 0;  // at once
  std::uint64_t summaries = 0;
  std::uint64_t held = 0;     // stand in summaries
  std::uint64_t evicted = 0;  // groups that had to go early: their summary came early
};

// Used by one thread. Not an owner of the sink behind it, which must outlive it. Its destructor
// does not flush: flush() is called at the end.
class Aggregator : public AlertSink {
 public:
  Aggregator(const AggregatorOptions& options, AlertSink& next);

  void on_alert(const SensorAlert& alert) override;
  // Writes the summaries that are due.
  void on_tick(std::int64_t wall_ns);
  // Writes all summaries now.
  void flush();

  [[nodiscard]] const AggregatorCounts& counts() const { return counts_; }
  [[nodiscard]] std::size_t groups() const { return groups_.size(); }

 private:
  struct Group {
    std::string rule;
    std::string priority;
    std::string output;
    std::vector<std::string> tags;
    std::vector<std::pair<std::string, std::string>> fields;
    AlertOrigin origin = AlertOrigin::kRule;
    bool by_given_name = false;
    std::unique_ptr<StoredEvent> last;
    std::uint32_t passed = 1;
    std::uint64_t count = 0;
    std::int64_t first_ns = 0;
    std::int64_t last_ns = 0;
    std::int64_t window_end = 0;
    std::int64_t window_ns = 0;
    std::vector<std::pair<std::string, std::uint32_t>> processes;
    std::list<std::uint64_t>::iterator use;
  };
  void open_group(std::uint64_t key, const SensorAlert& alert);
  void hold(Group& group, const SensorAlert& alert);
  void write_summary(Group& group);
  void evict_oldest();

  AggregatorOptions options_;
  AlertSink& next_;
  std::unordered_map<std::uint64_t, Group> groups_;
  std::list<std::uint64_t> uses_;  // most recently used first
  AggregatorCounts counts_;
};

}  // namespace yagura::sensor
