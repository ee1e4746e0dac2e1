#pragma once

// Port scans: many ports of one host, or many hosts at one port, in a minute, by one container.
//
// Of each container the eight hosts and the eight ports that were tried most are kept, with how
// many different ports and hosts these met (linear counting) and how many tries failed. Many hosts
// at one port is what a monitoring system does too: there it takes failures, or (where calls do not
// wait and no result is seen) far more hosts.

#include <array>
#include <cstdint>

#include "sensor/analysis/facts/event_facts.hpp"
#include "sensor/analysis/facts/notice.hpp"
#include "sensor/analysis/patterns/bounded_map.hpp"
#include "sensor/analysis/patterns/distinct_counter.hpp"

namespace yagura::sensor {

struct PortScanOptions {
  std::int64_t window_ns = 60'000'000'000;
  std::uint32_t min_ports = 20;          // of one host
  std::uint32_t min_hosts = 30;          // at one port, where half of the results are failures
  std::uint32_t min_hosts_unseen = 250;  // where there are no results
  std::size_t max_containers = 2048;     // 3 KiB each
};

class PortScanFinder {
 public:
  PortScanFinder(const PortScanOptions& options, AlertSink& sink);
  void on_event(const SensorEvent& event, const EventFacts& facts);

 private:
  struct Tries {
    std::uint64_t subject = 0;  // hash of the host, or the port
    std::uint32_t tries = 0;
    std::uint32_t failures = 0;
    std::uint32_t successes = 0;
  };
  struct Host : Tries {
    DistinctCounter<512> ports;
  };
  struct Port : Tries {
    DistinctCounter<1024> hosts;
  };
  struct Container {
    std::int64_t window_end = 0;
    std::int64_t quiet_until = 0;  // it was told
    std::array<Host, 8> hosts;
    std::array<Port, 8> ports;
  };
  template <typename Slot>
  static Slot& slot_for(std::array<Slot, 8>& slots, std::uint64_t subject);
  [[nodiscard]] bool is_horizontal(const Port& port) const;
  void tell(const SensorEvent& event, const EventFacts& facts, Container& container,
            std::string_view form, double count, const Tries& tries);

  PortScanOptions options_;
  AlertSink& sink_;
  NoticeKind kind_;
  BoundedMap<Container> containers_;
};

}  // namespace yagura::sensor
