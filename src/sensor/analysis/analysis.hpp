#pragma once

// All analyses as one consumer of events: profiles, statistics, watch lists, patterns, and the
// record of files in use. What an event is about is found out once, for all of them.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sensor/analysis/in_use/in_use.hpp"
#include "sensor/analysis/patterns/beacon.hpp"
#include "sensor/analysis/patterns/dns_tunnel.hpp"
#include "sensor/analysis/patterns/port_scan.hpp"
#include "sensor/analysis/profile/profiler.hpp"
#include "sensor/analysis/statistics/event_counts.hpp"
#include "sensor/analysis/watch/watch_judge.hpp"
#include "sensor/analysis/watch/watch_lists.hpp"
#include "sensor/dns/domain_names.hpp"
#include "sensor/event/alert.hpp"
#include "sensor/event/sensor_event.hpp"

namespace yagura::sensor {

struct AnalysisOptions {
  // profiles/ and in-use.json are kept below it; empty: nothing outlives the process.
  std::filesystem::path state_directory;
  bool with_profiles = true;
  bool with_statistics = true;
  bool with_patterns = true;
  bool with_host = false;   // processes outside containers are a workload as well
  ProfileOptions profiles;  // its directory is set from state_directory
  EventCountOptions counts;
  std::vector<WatchListOptions> watch_lists;
  WatchOptions watch;
  BeaconOptions beacons;
  PortScanOptions port_scans;
  DnsTunnelOptions dns_tunnels;
  InUseLimits in_use;
  DomainNamesLimits domain_names;
};

// Types (rules::EventType) of the system calls that analyses learn from, for those who choose what
// the probe tells. Besides: DNS messages and executable maps (CallPlanOptions::tells_dns,
// tells_libraries). Of other calls that are told it is learned that they are used.
[[nodiscard]] std::span<const std::uint16_t> analysed_calls();

// Used by one thread, but for lists() and what it says about itself.
class Analysis : public EventConsumer {
 public:
  // `sink` must outlive it.
  Analysis(AnalysisOptions options, AlertSink& sink);
  ~Analysis() override;

  // Reads profiles, files in use and watch lists: messages about what could not be read, which was
  // left out (and is kept).
  [[nodiscard]] std::vector<std::string> load();
  // Reads watch lists again, and what others changed in profiles.
  [[nodiscard]] std::vector<std::string> reload();
  // Writes profiles and files in use: messages about what could not be written.
  [[nodiscard]] std::vector<std::string> save();

  void on_event(const SensorEvent& event) override;
  void on_tick(std::int64_t wall_ns) override;

  // Prometheus text: yagura_sensor_analysis_….
  [[nodiscard]] std::string metrics() const;

  // System calls (rules::EventType) that the container was seen to make, all of them (probe's
  // CallsSeen): they become part of its workload's profile.
  void note_calls(const std::shared_ptr<const Container>& container,
                  std::span<const std::uint16_t> calls);

  // How many facts that were new in the workload are usual from now on.
  std::size_t accept(std::string_view workload_key) { return profiler_.accept(workload_key); }
  [[nodiscard]] Profiler& profiler() { return profiler_; }
  [[nodiscard]] const Profiler& profiler() const { return profiler_; }
  [[nodiscard]] const InUse& in_use() const { return in_use_; }
  [[nodiscard]] WatchLists& lists() { return lists_; }
  [[nodiscard]] const DomainNames& domain_names() const { return names_; }

 private:
  struct Patterns;
  [[nodiscard]] bool is_usual(const EventFacts& facts) const;
  void note_pod(const std::shared_ptr<const Container>& container);
  void find_peer(const SensorEvent& event, EventFacts& facts);
  void read_dns(const SensorEvent& event, EventFacts& facts);
  [[nodiscard]] std::filesystem::path in_use_path() const;

  AnalysisOptions options_;
  WorkloadTable workloads_;
  // Pods of this node by address; bounded.
  std::unordered_map<IpAddress, std::shared_ptr<const Pod>, IpAddressHash> pods_;
  std::shared_ptr<const Container> last_container_;
  DomainNames names_;
  Profiler profiler_;
  EventCounts counts_;
  WatchLists lists_;
  WatchJudge watch_;
  InUse in_use_;
  std::unique_ptr<Patterns> patterns_;
  DnsMessage dns_;
  std::uint64_t events_ = 0;
  std::uint64_t dns_messages_ = 0;
  std::uint64_t broken_dns_ = 0;
  std::int64_t last_in_use_save_ = 0;
  std::uint64_t save_errors_ = 0;
};

}  // namespace yagura::sensor
