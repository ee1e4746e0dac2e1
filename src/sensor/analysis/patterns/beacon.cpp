#include "sensor/analysis/patterns/beacon.hpp"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "sensor/analysis/facts/hash.hpp"

namespace yagura::sensor {

namespace {

constexpr std::int64_t kOneBeat = 1'000'000'000;

// A name stays where addresses change.
std::uint64_t key_of(const SensorEvent& event, const EventFacts& facts) {
  const Peer& peer = *facts.peer;
  const std::uint64_t subject =
      facts.peer_names.empty()
          ? hash_text({reinterpret_cast<const char*>(peer.address.bytes.data()), 16})
          : hash_text(facts.peer_names.front());
  const std::uint64_t executable = hash_text(event.process->image->exe_path);
  return combine_hash(combine_hash(subject, executable), facts.scope ^ peer.port);
}

double variation(double mean, double squares, std::uint32_t intervals) {
  return std::sqrt(squares / intervals) / mean;
}

}  // namespace

BeaconFinder::BeaconFinder(const BeaconOptions& options, AlertSink& sink, IsUsual is_usual)
    : options_(options),
      sink_(sink),
      is_usual_(std::move(is_usual)),
      kind_{.origin = AlertOrigin::kPattern,
            .rule = "Regular connections to one peer (beaconing)",
            .priority = "Warning",
            .output =
                "A process connects to the same peer in regular intervals "
                "(connection=%fd.name user=%user.name process=%proc.name "
                "command=%proc.cmdline exe=%proc.exepath parent=%proc.pname "
                "container=%container.name image=%container.image.repository "
                "pod=%k8s.pod.name ns=%k8s.ns.name)",
            .tags = {"network", "pattern", "mitre_command_and_control", "T1071", "T1029"}},
      beats_(options.max_peers) {}

bool BeaconFinder::is_regular(const Beats& beats) const {
  if (beats.intervals < options_.min_intervals) return false;
  const double limit = beats.intervals >= 2 * options_.min_intervals ? options_.max_variation_long
                                                                     : options_.max_variation;
  return variation(beats.mean, beats.squares, beats.intervals) <= limit;
}

void BeaconFinder::on_event(const SensorEvent& event, const EventFacts& facts) {
  if (facts.event_class != EventClass::kConnect || !facts.peer) return;
  const Peer& peer = *facts.peer;
  if (peer.protocol != kProtocolTcp || peer.port == 0 || peer.address.is_private()) return;
  Beats& beats = beats_.at(key_of(event, facts));
  const std::int64_t interval = event.wall_ns - beats.last_ns;
  const bool is_first = std::exchange(beats.last_ns, event.wall_ns) == 0;
  if (is_first || (interval >= 0 && interval < kOneBeat)) return;
  if (interval < options_.min_interval_ns || interval > options_.max_interval_ns) {
    beats = Beats{.last_ns = event.wall_ns, .is_told = beats.is_told};
    return;
  }
  const double value = static_cast<double>(interval);
  const double difference = value - beats.mean;
  ++beats.intervals;
  beats.mean += difference / beats.intervals;
  beats.squares += difference * (value - beats.mean);
  if (beats.is_told || !is_regular(beats)) return;
  beats.is_told = true;
  if (is_usual_ && is_usual_(facts)) return;
  tell(event, facts, beats);
}

void BeaconFinder::tell(const SensorEvent& event, const EventFacts& facts, const Beats& beats) {
  const double cv = variation(beats.mean, beats.squares, beats.intervals);
  Notice notice(kind_);
  notice
      .field("yagura.peer", fmt::format("{}:{}", facts.peer->address.to_string(), facts.peer->port))
      .field("yagura.interval_seconds", fmt::format("{:.1f}", beats.mean / 1e9))
      .field("yagura.variation", fmt::format("{:.3f}", cv))
      .field("yagura.connections", std::to_string(beats.intervals + 1));
  if (!facts.peer_names.empty()) notice.field("yagura.peer_name", facts.peer_names.front());
  if (facts.workload != nullptr) notice.field("yagura.workload", facts.workload->key);
  notice.score(0.75 - cv).send(sink_, event);
}

}  // namespace yagura::sensor
