#pragma once

// What was found out of an event once, for all analyses.

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "sensor/analysis/facts/event_class.hpp"
#include "sensor/analysis/facts/peer.hpp"
#include "sensor/analysis/facts/workload.hpp"
#include "sensor/dns/message.hpp"

namespace yagura::sensor {

// Lives as long as the event.
struct EventFacts {
  EventClass event_class = EventClass::kOther;
  Workload* workload = nullptr;  // null: nothing is learned of it
  std::optional<Peer> peer;
  std::span<const std::string>
      peer_names;                   // what the peer's address was answered for, newest first
  const Pod* peer_pod = nullptr;    // whose address the peer's is, of this node's pods
  const DnsMessage* dns = nullptr;  // of kDns where the message could be read
  // Whose state and names these are: the container's cgroup; on the host the process's own.
  std::uint64_t scope = 0;
};

}  // namespace yagura::sensor
