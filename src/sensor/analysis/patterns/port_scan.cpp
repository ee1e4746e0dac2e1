#include "sensor/analysis/patterns/port_scan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "sensor/analysis/facts/hash.hpp"

namespace yagura::sensor {

namespace {

constexpr std::int64_t kQuiet = 600'000'000'000;

bool is_failure(std::int64_t result) {
  return result == -ECONNREFUSED || result == -ETIMEDOUT || result == -EHOSTUNREACH ||
         result == -ENETUNREACH || result == -EPERM;
}

}  // namespace

PortScanFinder::PortScanFinder(const PortScanOptions& options, AlertSink& sink)
    : options_(options),
      sink_(sink),
      kind_{.origin = AlertOrigin::kPattern,
            .rule = "Port scan from a container",
            .priority = "Warning",
            .output =
                "Many ports or hosts are tried in a short time (last=%fd.name "
                "user=%user.name process=%proc.name command=%proc.cmdline "
                "exe=%proc.exepath parent=%proc.pname container=%container.name "
                "image=%container.image.repository pod=%k8s.pod.name ns=%k8s.ns.name)",
            .tags = {"network", "pattern", "mitre_discovery", "T1046"}},
      containers_(options.max_containers) {}

// The slot of the subject, else that of the subject that was tried least.
template <typename Slot>
Slot& PortScanFinder::slot_for(std::array<Slot, 8>& slots, std::uint64_t subject) {
  Slot* least = &slots.front();
  for (Slot& slot : slots) {
    if (slot.subject == subject && slot.tries != 0) return slot;
    if (slot.tries < least->tries) least = &slot;
  }
  *least = Slot{};
  least->subject = subject;
  return *least;
}

bool PortScanFinder::is_horizontal(const Port& port) const {
  const double hosts = port.hosts.count();
  if (hosts < options_.min_hosts) return false;
  const std::uint32_t results = port.failures + port.successes;
  if (results * 2 >= port.tries) return port.failures * 2 >= results;
  return hosts >= options_.min_hosts_unseen;
}

void PortScanFinder::on_event(const SensorEvent& event, const EventFacts& facts) {
  if (facts.event_class != EventClass::kConnect || !facts.peer) return;
  const Peer& peer = *facts.peer;
  if (peer.protocol != kProtocolTcp || peer.port == 0) return;
  Container& container = containers_.at(facts.scope);
  if (event.wall_ns >= container.window_end) {
    container = Container{.window_end = event.wall_ns + options_.window_ns,
                          .quiet_until = container.quiet_until};
  }
  const std::uint64_t host_hash =
      hash_text({reinterpret_cast<const char*>(peer.address.bytes.data()), 16});
  const std::int64_t result = event.record->header().result;
  const auto count = [&](Tries& tries) {
    ++tries.tries;
    if (is_failure(result)) ++tries.failures;
    if (result >= 0) ++tries.successes;
  };
  Host& host = slot_for(container.hosts, host_hash);
  Port& port = slot_for(container.ports, peer.port);
  count(host);
  count(port);
  host.ports.add(combine_hash(1, peer.port));
  port.hosts.add(host_hash);
  if (event.wall_ns < container.quiet_until) return;
  if (host.tries >= options_.min_ports && host.ports.count() >= options_.min_ports) {
    tell(event, facts, container, "ports of one host", host.ports.count(), host);
  } else if (port.tries >= options_.min_hosts && is_horizontal(port)) {
    tell(event, facts, container, "hosts at one port", port.hosts.count(), port);
  }
}

void PortScanFinder::tell(const SensorEvent& event, const EventFacts& facts, Container& container,
                          std::string_view form, double count, const Tries& tries) {
  container.quiet_until = event.wall_ns + kQuiet;
  Notice notice(kind_);
  notice.field("yagura.scan", std::string(form))
      .field("yagura.distinct", fmt::format("{:.0f}", count))
      .field("yagura.tries", std::to_string(tries.tries))
      .field("yagura.failures", std::to_string(tries.failures));
  if (facts.workload != nullptr) notice.field("yagura.workload", facts.workload->key);
  notice.score(0.8).send(sink_, event);
}

}  // namespace yagura::sensor
