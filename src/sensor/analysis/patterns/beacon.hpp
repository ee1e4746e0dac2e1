#pragma once

// Beaconing: a process calls the same peer in regular intervals, as implants ask for orders.
//
// Of each (container, executable, peer, port) the intervals between connections are kept as mean
// and variance (Welford). Regular is a coefficient of variation (deviation / mean) below a limit:
// a timer has 0, one with 30 % of jitter 0.17, with 50 % 0.29, people and queues about 1. Several
// connections within a second are one beat. What is regular and right (health checks, scrapes,
// updates) goes to private addresses, or to peers that the workload's profile knows: both are left
// out, and so is a whole learned profile's peers.

#include <cstdint>
#include <functional>

#include "sensor/analysis/facts/event_facts.hpp"
#include "sensor/analysis/facts/notice.hpp"
#include "sensor/analysis/patterns/bounded_map.hpp"

namespace yagura::sensor {

// Whether the workload's learned profile knows the peer.
using IsUsual = std::function<bool(const EventFacts&)>;

struct BeaconOptions {
  std::uint32_t min_intervals = 12;
  double max_variation = 0.12;       // from min_intervals on
  double max_variation_long = 0.30;  // from twice as many on
  std::int64_t min_interval_ns = 5'000'000'000;
  std::int64_t max_interval_ns = 4LL * 3600 * 1'000'000'000;
  std::size_t max_peers = 32'768;  // 64 bytes each
};

class BeaconFinder {
 public:
  BeaconFinder(const BeaconOptions& options, AlertSink& sink, IsUsual is_usual);
  void on_event(const SensorEvent& event, const EventFacts& facts);
  [[nodiscard]] std::size_t peers() const { return beats_.size(); }

 private:
  struct Beats {
    std::int64_t last_ns = 0;
    double mean = 0;
    double squares = 0;  // sum of squared differences from the mean
    std::uint32_t intervals = 0;
    bool is_told = false;
  };
  [[nodiscard]] bool is_regular(const Beats& beats) const;
  void tell(const SensorEvent& event, const EventFacts& facts, const Beats& beats);

  BeaconOptions options_;
  AlertSink& sink_;
  IsUsual is_usual_;
  NoticeKind kind_;
  BoundedMap<Beats> beats_;
};

}  // namespace yagura::sensor
