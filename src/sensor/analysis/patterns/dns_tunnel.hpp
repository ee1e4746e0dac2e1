#pragma once

// DNS tunnelling: data in the names that are asked for below one registered domain.
//
// Of each (container, registered domain) and five minutes: how many different names were asked for,
// how long what stands before the domain is, and how even its letters are. A tunnel asks for ever
// new, long, even names; a CDN's are long but the same again, block lists' are new but short and
// made of few letters. Names of the cluster and reverse look-ups are left out.

#include <cstdint>
#include <string>

#include "sensor/analysis/facts/event_facts.hpp"
#include "sensor/analysis/facts/notice.hpp"
#include "sensor/analysis/patterns/bounded_map.hpp"
#include "sensor/analysis/patterns/distinct_counter.hpp"

namespace yagura::sensor {

struct DnsTunnelOptions {
  std::int64_t window_ns = 300'000'000'000;
  std::uint32_t min_names = 60;      // different ones
  double min_length = 20;            // bytes before the registered domain, on average
  double min_entropy = 3.2;          // bits a character, on average
  std::uint32_t min_bytes = 3000;    // of all names together
  std::uint32_t min_odd_types = 40;  // TXT, NULL and the like: then half of the length suffices
  std::size_t max_domains = 8192;    // 350 bytes each
};

class DnsTunnelFinder {
 public:
  DnsTunnelFinder(const DnsTunnelOptions& options, AlertSink& sink);
  void on_event(const SensorEvent& event, const EventFacts& facts);

 private:
  struct Domain {
    std::int64_t window_end = 0;
    std::int64_t quiet_until = 0;
    std::uint32_t questions = 0;
    std::uint32_t odd_types = 0;
    std::uint64_t bytes = 0;
    double entropy = 0;  // sum
    DistinctCounter<1024> names;
  };
  void on_question(const SensorEvent& event, const EventFacts& facts, const DnsQuestion& question);
  [[nodiscard]] bool is_tunnel(const Domain& domain) const;
  void tell(const SensorEvent& event, const EventFacts& facts, std::string_view name,
            const Domain& domain);

  DnsTunnelOptions options_;
  AlertSink& sink_;
  NoticeKind kind_;
  BoundedMap<Domain> domains_;
};

}  // namespace yagura::sensor
